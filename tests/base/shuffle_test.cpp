#include "base/shuffle.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace agsweep {
namespace {

TEST(Shuffle, GivesEveryPermutationEquallyOften) {
  PhiloxStream stream(3, 0);
  std::map<std::vector<int>, int> seen;
  for (int i = 0; i < 12'000; ++i) {
    std::vector<int> items{0, 1, 2};
    shuffle(std::span(items), stream);
    ++seen[items];
  }
  EXPECT_EQ(seen.size(), 6U);
  for (const auto& [permutation, times] : seen)
    EXPECT_NEAR(times, 2000, 200) << testing::PrintToString(permutation);  // five standard deviations
}

}  // namespace
}  // namespace agsweep
