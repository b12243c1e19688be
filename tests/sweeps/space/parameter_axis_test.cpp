#include "sweeps/space/parameter_axis.hpp"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

namespace agsweep {
namespace {

Parameter of_values(std::vector<ParameterValue> values) { return {.key = "key", .scale = Scale::values, .values = std::move(values)}; }

TEST(ParameterAxis, OfALogScaleLiesBetweenTheLogarithms) {
  const ParameterAxis axis = axis_of({.key = "lr", .scale = Scale::log, .low = 1e-4, .high = 1e-2});
  EXPECT_EQ(axis.low, std::log(1e-4));
  EXPECT_EQ(axis.high, std::log(1e-2));
  EXPECT_DOUBLE_EQ(number_of(axis, (axis.low + axis.high) / 2), 1e-3);
}

TEST(ParameterAxis, GivesWholeNumbersACellEach) {
  const ParameterAxis axis = axis_of({.key = "layers", .scale = Scale::integer, .low = 2, .high = 5});
  EXPECT_EQ(axis.low, 1.5);
  EXPECT_EQ(axis.high, 5.5);
  EXPECT_EQ(number_of(axis, 2.6), 3);
  EXPECT_EQ(number_of(axis, 5.5), 5);
}

TEST(ParameterAxis, OrdersNumbersAndNotTextsOrBooleans) {
  EXPECT_EQ(axis_of(of_values({std::int64_t{2}, 2.5, std::int64_t{8}})).categories, 0);
  EXPECT_EQ(axis_of(of_values({std::int64_t{2}, std::string("2r")})).categories, 2);
  EXPECT_EQ(axis_of(of_values({false, true})).categories, 2);
}

TEST(ParameterAxis, MovesWhatLiesOutsideToTheNearestBound) {
  const ParameterAxis rate = axis_of({.key = "lr", .scale = Scale::log, .low = 1e-4, .high = 1e-2});
  EXPECT_EQ(allowed_number(rate, 2e-5), 1e-4);
  EXPECT_EQ(allowed_number(rate, 1.0), 1e-2);
  EXPECT_EQ(allowed_number(axis_of({.key = "layers", .scale = Scale::integer, .low = 2, .high = 5}), 0), 2);
}

TEST(ParameterAxis, NeverLeavesTheBoundsByRounding) {
  const ParameterAxis axis = axis_of({.key = "lr", .scale = Scale::log, .low = 5e-5, .high = 5e-3});
  EXPECT_GE(number_of(axis, axis.low), 5e-5);
  EXPECT_LE(number_of(axis, axis.high), 5e-3);
}

TEST(ParameterAxis, PartsNumbersBetweenThem) {
  const ParameterAxis rate = axis_of({.key = "lr", .scale = Scale::log, .low = 1e-4, .high = 1e-2});
  EXPECT_DOUBLE_EQ(split_between(rate, 1e-4, 1e-2), 1e-3);
  EXPECT_EQ(split_between(rate, 1e-3, std::nextafter(1e-3, 1)), 1e-3);
  const ParameterAxis layers = axis_of({.key = "layers", .scale = Scale::integer, .low = 1, .high = 9});
  EXPECT_EQ(split_between(layers, 2, 3), 2.5);
  EXPECT_EQ(split_between(layers, 2, 4), 3.5);
}

}  // namespace
}  // namespace agsweep
