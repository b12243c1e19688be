#pragma once

#include <cstdint>

#include "sweeps/space/parameter.hpp"

namespace agsweep {

/// A parameter as a stretch of the real line on which random values are uniform ("places"), or as unordered categories. Its numbers are
/// those of a Point.
struct ParameterAxis {
  bool logarithmic = false;     // a place is the number's logarithm, else the number itself
  bool whole = false;           // numbers are whole; each owns the places from half below to half above it
  double first = 0;             // the least and the greatest number
  double last = 0;              //
  double low = 0;               // the ends in places; equal only for a continuous parameter of one value
  double high = 0;              //
  std::int64_t categories = 0;  // values among which is a text or a boolean: numbers are 0 .. categories - 1, without order. 0: ordered
};

ParameterAxis axis_of(const Parameter& parameter);

/// The nearest number that the parameter allows: what lies outside the bounds moves to the nearest one.
double allowed_number(const ParameterAxis& axis, double number);

/// @param number  allowed, or between two allowed ones
double place_of(const ParameterAxis& axis, double number);

/// The number at a place, rounded where numbers are whole. @param place  in [low, high], but for rounding
double number_of(const ParameterAxis& axis, double place);

/// Where to part two numbers, left < right: a number t with left <= t < right, in the middle by place; whole numbers are parted half way
/// between two neighbours near the middle.
double split_between(const ParameterAxis& axis, double left, double right);

}  // namespace agsweep
