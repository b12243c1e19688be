#include "sweeps/statistics/expected_best.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace agsweep {
namespace {

TEST(ExpectedBest, OfOneTrialIsTheMean) {
  const std::vector<ExpectedBest> curve = expected_best(std::vector<double>{3, 1, 2});
  ASSERT_EQ(curve.size(), 3U);
  EXPECT_DOUBLE_EQ(curve[0].mean, 2);
  EXPECT_DOUBLE_EQ(curve[0].standard_deviation, std::sqrt(2.0 / 3));
}

TEST(ExpectedBest, OfTwoTrialsAveragesOverAllPairsWithReplacement) {
  // The nine pairs of {1, 2, 3} have the greater 1 once, 2 three times, 3 five times.
  EXPECT_DOUBLE_EQ(expected_best(std::vector<double>{1, 2, 3})[1].mean, (1 + 3 * 2 + 5 * 3) / 9.0);
}

TEST(ExpectedBest, RisesWithTheBudgetAndStaysBelowTheBestSeen) {
  const std::vector<ExpectedBest> curve = expected_best(std::vector<double>{0.3, 0.9, 0.9, 0.1, 0.5});
  for (std::size_t i = 1; i < curve.size(); ++i) EXPECT_GT(curve[i].mean, curve[i - 1].mean);
  EXPECT_LT(curve.back().mean, 0.9);
}

TEST(ExpectedBest, OfEqualScoresIsThatScore) {
  for (const ExpectedBest& best : expected_best(std::vector<double>(4, 0.25))) {
    EXPECT_DOUBLE_EQ(best.mean, 0.25);
    EXPECT_NEAR(best.standard_deviation, 0, 1e-15);
  }
}

TEST(ExpectedBest, OfNoTrialsIsEmpty) { EXPECT_TRUE(expected_best({}).empty()); }

}  // namespace
}  // namespace agsweep
