#include "orchestrator/options/seed_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace agsweep {
namespace {

using testing::ElementsAre;

TEST(SeedList, TakesNumbersAndRanges) {
  EXPECT_THAT(parse_seeds("42", "--seeds"), ElementsAre(42));
  EXPECT_THAT(parse_seeds("7,101..103,9", "--seeds"), ElementsAre(7, 101, 102, 103, 9));
  EXPECT_EQ(parse_seeds("1..20", "--seeds").size(), 20);
  EXPECT_THAT(parse_seeds("9223372036854775806..9223372036854775807", "--seeds"), ElementsAre(INT64_MAX - 1, INT64_MAX));
}

TEST(SeedList, RefusesWhatIsNone) {
  for (const char* text : {"", ",", "1,", "a", "1;2", "3..1", "-1", "1..", "1.5", "99999999999999999999"}) {
    EXPECT_THROW(parse_seeds(text, "--seeds"), UsageError) << text;
  }
}

TEST(SeedList, RefusesASeedTwiceAndMoreThanTheTestTakes) {
  EXPECT_THROW(parse_seeds("1,2,1", "--seeds"), UsageError);
  EXPECT_THROW(parse_seeds("1..21", "--seeds"), UsageError);
}

}  // namespace
}  // namespace agsweep
