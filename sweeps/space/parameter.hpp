#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/enum_words.hpp"

namespace agsweep {

/// A value of a train option, as TOML has it.
using ParameterValue = std::variant<bool, std::int64_t, double, std::string>;

/// How a parameter's values lie: {log = [low, high]}, {range = ..}, {int = ..}, {log_int = ..}, {values = [..]}.
enum class Scale { log, range, integer, log_integer, values };
template <>
inline constexpr auto enum_words<Scale> = std::to_array<std::string_view>({"log", "range", "int", "log_int", "values"});

/// One key of a sweep's [space]: a train option and the values that trials may give it.
struct Parameter {
  std::string key;  // as in config.toml: lora_rank
  Scale scale = Scale::values;
  double low = 0;  // both bounds belong to it; not of Scale::values
  double high = 0;
  std::vector<ParameterValue> values = {};  // of Scale::values; numbers ascend, and count as ordered
};
using SearchSpace = std::vector<Parameter>;

/// A configuration: one number a parameter, in the order of the space. The number is the value itself, or for Scale::values its index:
/// Optuna's internal representation.
using Point = std::vector<double>;

/// The value that a Point's number stands for: whole for the integer scales, an element for Scale::values.
ParameterValue value_at(const Parameter& parameter, double number);

/// The number at a place of the parameter's scale; whole numbers and values have equal shares (the integers of log_integer equal shares of
/// the logarithm of [low - 1/2, high + 1/2], as Optuna draws them).
/// @param unit  in [0, 1)
double number_at(const Parameter& parameter, double unit);

/// As a person writes it: 0.001, 8, true, c_attn.
std::string value_text(const ParameterValue& value);

}  // namespace agsweep
