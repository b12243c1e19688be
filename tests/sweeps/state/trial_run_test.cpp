#include "sweeps/state/trial_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "tests/support/error_of.hpp"

namespace agsweep {
namespace {

using testing::HasSubstr;

std::string error_of_run(const nlohmann::json& run) {
  return testing_support::error_of<DataError>([&] { named_run({{"agsweep:run", run}}); });
}

TEST(NamedRun, IsOneAttributeOrTheTwoOfVersion01) {
  const std::pair<std::int64_t, std::int64_t> run(-1, 42);
  EXPECT_EQ(named_run({{"agsweep:run", {{"configuration", -1}, {"seed", 42}}}}), run);
  EXPECT_EQ(named_run({{"agsweep:configuration", -1}, {"agsweep:seed", 42}}), run);
  EXPECT_EQ(named_run({{"agsweep:configuration", -1}}), std::nullopt);
  EXPECT_EQ(named_run({{"agsweep:start", 0}}), std::nullopt);
}

TEST(NamedRun, SaysWhatIsWrongWithAnAttribute) {
  EXPECT_THAT(error_of_run(1), HasSubstr("agsweep:run: 1 is no object"));
  EXPECT_THAT(error_of_run({{"seed", 42}}), HasSubstr("agsweep:run: configuration is missing"));
  EXPECT_THAT(error_of_run({{"configuration", "two"}, {"seed", 42}}), HasSubstr("\"two\" is no whole number"));
}

}  // namespace
}  // namespace agsweep
