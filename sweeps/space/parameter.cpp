#include "sweeps/space/parameter.hpp"

#include <algorithm>  // std::clamp
#include <cmath>

#include <fmt/format.h>

namespace agsweep {

ParameterValue value_at(const Parameter& parameter, double number) {
  switch (parameter.scale) {
    case Scale::log:
    case Scale::range:
      return number;
    case Scale::integer:
    case Scale::log_integer:
      return std::llround(number);
    case Scale::values:
      break;
  }
  return parameter.values.at(static_cast<std::size_t>(number));
}

double number_at(const Parameter& parameter, double unit) {
  const auto between_logs = [unit](double low, double high) { return std::exp(std::lerp(std::log(low), std::log(high), unit)); };
  switch (parameter.scale) {
    case Scale::log:
      return std::clamp(between_logs(parameter.low, parameter.high), parameter.low, parameter.high);
    case Scale::range:
      return std::lerp(parameter.low, parameter.high, unit);
    case Scale::integer:
      return parameter.low + std::floor(unit * (parameter.high - parameter.low + 1));
    case Scale::log_integer:
      return std::clamp(std::round(between_logs(parameter.low - 0.5, parameter.high + 0.5)), parameter.low, parameter.high);
    case Scale::values:
      break;
  }
  return std::floor(unit * static_cast<double>(parameter.values.size()));
}

std::string value_text(const ParameterValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return std::visit([](const auto& plain) { return fmt::format("{}", plain); }, value);
}

}  // namespace agsweep
