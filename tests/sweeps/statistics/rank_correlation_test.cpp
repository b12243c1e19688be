#include "sweeps/statistics/rank_correlation.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace agsweep {
namespace {

TEST(RankCorrelation, OfTheSameOrderIsOneAndOfTheReverseMinusOne) {
  const std::vector<double> values = {1, 2, 4, 8};
  EXPECT_EQ(spearman(values, std::vector<double>{-3, 0, 7, 7.5}), 1);
  EXPECT_EQ(kendall_tau_b(values, std::vector<double>{-3, 0, 7, 7.5}), 1);
  EXPECT_EQ(spearman(values, std::vector<double>{4, 3, 2, 1}), -1);
  EXPECT_EQ(kendall_tau_b(values, std::vector<double>{4, 3, 2, 1}), -1);
}

TEST(RankCorrelation, IsUndefinedWhereASideDoesNotVary) {
  EXPECT_FALSE(spearman(std::vector<double>{1, 1, 1}, std::vector<double>{1, 2, 3}).has_value());
  EXPECT_FALSE(kendall_tau_b(std::vector<double>{1, 2, 3}, std::vector<double>{5, 5, 5}).has_value());
}

TEST(RankCorrelation, IsUndefinedForFewerThanTwoPairs) {
  for (const std::vector<double>& values : {std::vector<double>{}, std::vector<double>{1}}) {
    EXPECT_FALSE(spearman(values, values).has_value());
    EXPECT_FALSE(kendall_tau_b(values, values).has_value());
  }
}

}  // namespace
}  // namespace agsweep
