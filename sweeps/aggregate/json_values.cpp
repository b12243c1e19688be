#include "sweeps/aggregate/json_values.hpp"

#include <charconv>  // std::from_chars

#include <fmt/format.h>

namespace agsweep {

double significant(double number) {
  const std::string text = fmt::format("{:.9g}", number);
  double rounded = number;
  std::from_chars(text.data(), text.data() + text.size(), rounded);
  return rounded;
}

nlohmann::ordered_json parameters_json(const TrialResults& trial) {
  nlohmann::ordered_json parameters = nlohmann::ordered_json::object();
  for (const auto& [key, value] : trial.parameters) {
    std::visit([&](const auto& of_type) { parameters[key] = of_type; }, value);
  }
  return parameters;
}

}  // namespace agsweep
