#include "sweeps/space/parameter_axis.hpp"

#include <algorithm>  // std::any_of, std::clamp
#include <cmath>
#include <numeric>  // std::midpoint
#include <variant>  // std::holds_alternative

namespace agsweep {
namespace {

bool is_number(const ParameterValue& value) { return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value); }

}  // namespace

ParameterAxis axis_of(const Parameter& parameter) {
  const bool indexed = parameter.scale == Scale::values;
  ParameterAxis axis;
  axis.logarithmic = parameter.scale == Scale::log || parameter.scale == Scale::log_integer;
  axis.whole = indexed || parameter.scale == Scale::integer || parameter.scale == Scale::log_integer;
  axis.first = indexed ? 0 : parameter.low;
  axis.last = indexed ? static_cast<double>(parameter.values.size()) - 1 : parameter.high;
  const double margin = axis.whole ? 0.5 : 0;
  axis.low = place_of(axis, axis.first - margin);
  axis.high = place_of(axis, axis.last + margin);
  if (indexed && !std::all_of(parameter.values.begin(), parameter.values.end(), is_number)) {
    axis.categories = static_cast<std::int64_t>(parameter.values.size());
  }
  return axis;
}

double allowed_number(const ParameterAxis& axis, double number) {
  return std::clamp(axis.whole ? std::round(number) : number, axis.first, axis.last);
}

double place_of(const ParameterAxis& axis, double number) { return axis.logarithmic ? std::log(number) : number; }

double number_of(const ParameterAxis& axis, double place) { return allowed_number(axis, axis.logarithmic ? std::exp(place) : place); }

double split_between(const ParameterAxis& axis, double left, double right) {
  if (axis.whole) return std::floor((left + right) / 2) + 0.5;
  const double middle = axis.logarithmic ? std::sqrt(left) * std::sqrt(right) : std::midpoint(left, right);
  return middle >= left && middle < right ? middle : left;  // neighbouring doubles have nothing between them
}

}  // namespace agsweep
