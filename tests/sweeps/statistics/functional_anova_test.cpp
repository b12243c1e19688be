#include "sweeps/statistics/functional_anova.hpp"

#include <functional>

#include <gtest/gtest.h>

#include "sweeps/sample/sampler.hpp"

namespace agsweep {
namespace {

const Parameter unit_a{.key = "a", .scale = Scale::range, .low = 0, .high = 1};
const Parameter unit_b{.key = "b", .scale = Scale::range, .low = 0, .high = 1};
const Parameter rate{.key = "lr", .scale = Scale::log, .low = 1e-4, .high = 1};
const Parameter names{.key = "name", .scale = Scale::values, .values = {"none", "small", "large"}};

FunctionalAnova anova_of(const SearchSpace& space, std::int64_t count, const std::function<double(const Point&)>& score) {
  std::vector<Point> points;
  std::vector<double> scores;
  for (std::int64_t i = 0; i < count; ++i) {
    points.push_back(random_point(space, 7, i));
    scores.push_back(score(points.back()));
  }
  return functional_anova(space, points, scores, 1);
}

TEST(FunctionalAnova, GivesAllToTheOnlyParameterThatMatters) {
  const FunctionalAnova anova = anova_of({unit_a, unit_b}, 100, [](const Point& p) { return p[1] > 0.3 ? 2.0 : 1.0; });
  EXPECT_FALSE(anova.constant);
  EXPECT_NEAR(anova.parameters[0].mean, 0, 1e-12);
  EXPECT_NEAR(anova.parameters[1].mean, 1, 1e-12);
  EXPECT_NEAR(anova.interactions, 0, 1e-12);
}

TEST(FunctionalAnova, SplitsASumByTheVariancesOfItsTerms) {
  // Variances of 2a and b are 4/12 and 1/12.
  const FunctionalAnova anova = anova_of({unit_a, unit_b}, 500, [](const Point& p) { return 2 * p[0] + p[1]; });
  EXPECT_NEAR(anova.parameters[0].mean, 0.8, 0.03);
  EXPECT_NEAR(anova.parameters[1].mean, 0.2, 0.03);
}

TEST(FunctionalAnova, LeavesAnExclusiveOrToTheInteraction) {
  const FunctionalAnova anova = anova_of({unit_a, unit_b}, 500, [](const Point& p) { return (p[0] > 0.5) != (p[1] > 0.5) ? 1.0 : 0.0; });
  EXPECT_LT(anova.parameters[0].mean, 0.03);
  EXPECT_LT(anova.parameters[1].mean, 0.03);
  EXPECT_GT(anova.interactions, 0.95);
}

TEST(FunctionalAnova, MeasuresALogScaleByItsLogarithm) {
  // Half of the decades lie below 0.01: on a linear scale they would be 1 % of the space.
  const FunctionalAnova anova =
      anova_of({rate, unit_b}, 300, [](const Point& p) { return (p[0] > 0.01 ? 1.0 : 0.0) + (p[1] > 0.5 ? 1.0 : 0.0); });
  EXPECT_NEAR(anova.parameters[0].mean, 0.5, 0.03);
  EXPECT_NEAR(anova.parameters[1].mean, 0.5, 0.03);
}

TEST(FunctionalAnova, GivesEachTextAnEqualShareOfTheSpace) {
  // The middle text alone scores: variance 2/9, against 1/4 for the coin of the other parameter.
  const FunctionalAnova anova =
      anova_of({names, unit_b}, 300, [](const Point& p) { return (p[0] == 1 ? 1.0 : 0.0) + (p[1] > 0.5 ? 1.0 : 0.0); });
  EXPECT_NEAR(anova.parameters[0].mean, 8.0 / 17, 0.03);
  EXPECT_NEAR(anova.parameters[1].mean, 9.0 / 17, 0.03);
}

TEST(FunctionalAnova, SaysThatScoresAreConstant) {
  const FunctionalAnova anova = anova_of({unit_a, unit_b}, 30, [](const Point&) { return 0.25; });
  EXPECT_TRUE(anova.constant);
  for (const Importance& importance : anova.parameters) EXPECT_EQ(importance.mean + importance.low + importance.high, 0);
  EXPECT_EQ(anova.interactions, 0);
}

TEST(FunctionalAnova, SaysSoToWhereAllConfigurationsAreOne) {
  const std::vector<Point> points(20, Point{0.5, 0.5});
  std::vector<double> scores(20);
  for (std::size_t i = 0; i < scores.size(); ++i) scores[i] = static_cast<double>(i);
  EXPECT_TRUE(functional_anova({unit_a, unit_b}, points, scores, 1).constant);
  EXPECT_TRUE(functional_anova({unit_a, unit_b}, {}, {}, 1).constant);
}

TEST(FunctionalAnova, CountsAPointOutsideTheBoundsAsAtTheBound) {
  std::vector<Point> points = {{-1, 0.5}, {0.25, 0.5}, {0.75, 0.5}, {3, 0.5}};
  const std::vector<double> scores = {1, 2, 3, 4};
  const FunctionalAnova outside = functional_anova({unit_a, unit_b}, points, scores, 1);
  points[0][0] = 0;
  points[3][0] = 1;
  const FunctionalAnova inside = functional_anova({unit_a, unit_b}, points, scores, 1);
  EXPECT_EQ(outside.parameters[0].mean, inside.parameters[0].mean);
  EXPECT_NEAR(outside.parameters[0].mean, 1, 1e-12);
}

TEST(FunctionalAnova, GivesAParameterOfOneValueNothing) {
  const Parameter fixed{.key = "fixed", .scale = Scale::range, .low = 3, .high = 3};
  const FunctionalAnova anova = anova_of({fixed, unit_b}, 40, [](const Point& p) { return p[1]; });
  EXPECT_NEAR(anova.parameters[0].mean, 0, 1e-12);
  EXPECT_NEAR(anova.parameters[1].mean, 1, 1e-12);
}

TEST(FunctionalAnova, IsAFunctionOfTheSeed) {
  const auto score = [](const Point& p) { return p[0] * p[1]; };
  const FunctionalAnova one = anova_of({unit_a, unit_b}, 60, score);
  const FunctionalAnova again = anova_of({unit_a, unit_b}, 60, score);
  EXPECT_EQ(one.parameters[0].mean, again.parameters[0].mean);
  EXPECT_EQ(one.parameters[0].low, again.parameters[0].low);
  EXPECT_LT(one.parameters[0].low, one.parameters[0].mean);
  EXPECT_LT(one.parameters[0].mean, one.parameters[0].high);
}

}  // namespace
}  // namespace agsweep
