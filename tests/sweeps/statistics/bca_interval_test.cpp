#include "sweeps/statistics/bca_interval.hpp"

#include <gtest/gtest.h>

namespace agsweep {
namespace {

Interval interval_of(const std::vector<double>& values) { return bca_interval(values, resampled_means(values, 1000, 7)); }

TEST(BcaInterval, OfEqualValuesIsAPoint) {
  const Interval interval = interval_of({0.5, 0.5, 0.5});
  EXPECT_EQ(interval.low, 0.5);
  EXPECT_EQ(interval.high, 0.5);
}

TEST(BcaInterval, ReachesFurtherOnTheSideOfTheLongTail) {
  const Interval interval = interval_of({1, 1, 1, 2, 2, 2, 3, 3, 4, 21});
  EXPECT_GT(interval.high - 4, 4 - interval.low);
}

TEST(BcaInterval, IsTheSameForTheSameSeed) {
  const std::vector<double> values = {1, 2, 4, 8};
  EXPECT_EQ(resampled_means(values, 100, 3), resampled_means(values, 100, 3));
  EXPECT_NE(resampled_means(values, 100, 3), resampled_means(values, 100, 4));
}

}  // namespace
}  // namespace agsweep
