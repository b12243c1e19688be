#include "sweeps/statistics/mean_interval.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace agsweep {
namespace {

TEST(MeanInterval, OfOneSeedHasNoWidth) {
  const MeanInterval interval = mean_interval(std::vector<double>{0.92});
  EXPECT_EQ(interval.mean, 0.92);
  EXPECT_FALSE(interval.half_width.has_value());
}

TEST(MeanInterval, OfEqualValuesIsAPoint) {
  const MeanInterval interval = mean_interval(std::vector<double>{0.5, 0.5, 0.5});
  EXPECT_EQ(interval.mean, 0.5);
  EXPECT_EQ(interval.half_width, 0);
}

TEST(MeanInterval, OfTwoValuesIsTheirDistanceTimesTheTangent) {
  // Student's t with one degree of freedom is Cauchy's: its 97.5 % quantile is tan(0.475 pi), and s / sqrt(2) half the distance.
  EXPECT_NEAR(mean_interval(std::vector<double>{1, 3}).half_width.value(), std::tan(0.475 * std::acos(-1.0)), 1e-12);
}

}  // namespace
}  // namespace agsweep
