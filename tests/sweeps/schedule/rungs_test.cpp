#include "sweeps/schedule/rungs.hpp"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace agsweep {
namespace {

using testing::ElementsAre;

TEST(AshaRungs, MultiplyByEtaAndEndAtTheLastEpoch) {
  EXPECT_THAT(asha_rungs(1, 3, 9), ElementsAre(1, 3, 9));
  EXPECT_THAT(asha_rungs(2, 4, 32), ElementsAre(2, 8, 32));
}

TEST(AshaRungs, ClampTheLastRungToTheScheduleLength) {
  EXPECT_THAT(asha_rungs(1, 3, 10), ElementsAre(1, 3, 9, 10));
  EXPECT_THAT(asha_rungs(1, 3, 8), ElementsAre(1, 3, 8));
}

TEST(AshaRungs, CountSixRungsFor243EpochsWhereDoublesSayFive) { EXPECT_THAT(asha_rungs(1, 3, 243), ElementsAre(1, 3, 9, 27, 81, 243)); }

TEST(AshaRungs, AreOneRungWhereTheFirstIsTheLastEpoch) { EXPECT_THAT(asha_rungs(5, 2, 5), ElementsAre(5)); }

TEST(AshaRungs, DoNotOverflow) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  EXPECT_THAT(asha_rungs(most - 1, 2, most), ElementsAre(most - 1, most));
  EXPECT_THAT(asha_rungs(1, most, most), ElementsAre(1, most));
  EXPECT_EQ(asha_rungs(1, 2, most).size(), 64U);  // 2^0 to 2^62, then 2^63 - 1
}

TEST(AshaRungs, NameTheBadNumberAndWhatIsAllowed) {
  const auto message = [](auto... arguments) -> std::string {
    try {
      asha_rungs(arguments...);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(message(1, 1, 9), "scheduler.eta: 1 is out of range: 2 or more");
  EXPECT_EQ(message(0, 3, 9), "scheduler.min_epochs: 0 is out of range [1, epochs = 9]");
  EXPECT_EQ(message(10, 3, 9), "scheduler.min_epochs: 10 is out of range [1, epochs = 9]");
}

}  // namespace
}  // namespace agsweep
