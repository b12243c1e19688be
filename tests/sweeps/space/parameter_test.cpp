#include "sweeps/space/parameter.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

namespace agsweep {
namespace {

constexpr double below_one = 1 - 0x1p-32;  // the largest that a sampler draws

Parameter parameter(Scale scale, double low, double high) { return {.key = "x", .scale = scale, .low = low, .high = high}; }
Parameter list(std::vector<ParameterValue> values) { return {.key = "x", .scale = Scale::values, .values = std::move(values)}; }

TEST(NumberAt, StaysWithinTheBoundsAtBothEnds) {
  for (const Scale scale : {Scale::log, Scale::range, Scale::integer, Scale::log_integer}) {
    for (const auto& [low, high] : std::map<double, double>{{1, 2}, {3, 1000}, {7, 8}}) {
      EXPECT_DOUBLE_EQ(number_at(parameter(scale, low, high), 0), low);
      EXPECT_GE(number_at(parameter(scale, low, high), 0), low);
      EXPECT_LE(number_at(parameter(scale, low, high), below_one), high);
    }
  }
  EXPECT_EQ(number_at(parameter(Scale::integer, 1, 6), below_one), 6);
  EXPECT_EQ(number_at(parameter(Scale::log_integer, 2, 64), below_one), 64);
  EXPECT_EQ(number_at(list({0.1, 0.2, 0.3}), below_one), 2);
}

TEST(NumberAt, GivesTheMiddleOfTheScale) {
  EXPECT_DOUBLE_EQ(number_at(parameter(Scale::log, 1e-4, 1e-2), 0.5), 1e-3);
  EXPECT_DOUBLE_EQ(number_at(parameter(Scale::range, -1, 4), 0.5), 1.5);
}

TEST(NumberAt, GivesWholeNumbersAndListsEqualShares) {
  constexpr int steps = 6000;
  std::map<double, int> wholes, elements;
  for (int i = 0; i < steps; ++i) {
    ++wholes[number_at(parameter(Scale::integer, -2, 3), (i + 0.5) / steps)];
    ++elements[number_at(list({1.0, 2.0, 3.0, 4.0, 5.0, 6.0}), (i + 0.5) / steps)];
  }
  EXPECT_EQ(wholes.size(), 6);
  for (const auto& [number, count] : wholes) EXPECT_EQ(count, steps / 6) << number;
  EXPECT_EQ(elements.size(), 6);
  for (const auto& [number, count] : elements) EXPECT_EQ(count, steps / 6) << number;
}

TEST(NumberAt, GivesLogWholeNumbersTheirSharesOfTheLogarithm) {
  constexpr int steps = 100000;
  std::map<double, int> counts;
  for (int i = 0; i < steps; ++i) ++counts[number_at(parameter(Scale::log_integer, 1, 4), (i + 0.5) / steps)];
  for (int n = 1; n <= 4; ++n) {
    const double share = std::log((n + 0.5) / (n - 0.5)) / std::log(4.5 / 0.5);
    EXPECT_NEAR(counts[n], share * steps, 2) << n;
  }
}

TEST(ValueAt, HasTheTypeOfTheScale) {
  EXPECT_EQ(value_at(parameter(Scale::log, 1, 2), 1.5), ParameterValue(1.5));
  EXPECT_EQ(value_at(parameter(Scale::range, 1, 2), 1), ParameterValue(1.0));
  EXPECT_EQ(value_at(parameter(Scale::integer, 1, 6), 5), ParameterValue(std::int64_t{5}));
  EXPECT_EQ(value_at(parameter(Scale::log_integer, 1, 6), 5), ParameterValue(std::int64_t{5}));
  EXPECT_EQ(value_at(list({std::string("fp32"), std::string("bf16")}), 1), ParameterValue(std::string("bf16")));
}

}  // namespace
}  // namespace agsweep
