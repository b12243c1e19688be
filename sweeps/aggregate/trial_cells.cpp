#include "sweeps/aggregate/trial_cells.hpp"

#include <algorithm>  // std::find, std::find_if
#include <charconv>   // std::from_chars

#include <fmt/format.h>

namespace agsweep {

std::vector<std::string> parameter_keys(std::span<const SweepResults> sweeps, std::span<const std::size_t> which) {
  std::vector<std::string> keys;
  for (const std::size_t s : which) {
    for (const Parameter& parameter : sweeps[s].spec.space) {
      if (std::find(keys.begin(), keys.end(), parameter.key) == keys.end()) keys.push_back(parameter.key);
    }
  }
  return keys;
}

Cell parameter_cell(const SweepResults& sweep, const TrialResults& trial, std::string_view key) {
  if (const auto found = trial.parameters.find(std::string(key)); found != trial.parameters.end()) return found->second;
  const std::vector<FixedOption>& fixed = sweep.spec.fixed;
  const auto found = std::find_if(fixed.begin(), fixed.end(), [key](const FixedOption& option) { return option.key == key; });
  return found != fixed.end() ? Cell(found->value) : std::nullopt;
}

std::optional<double> value_of(const SweepTrial& trial) {
  if (trial.phase == TrialPhase::failed || trial.best_epoch == 0) return std::nullopt;
  return trial.value();
}

std::vector<PlacedTrial> placed_trials(const TrialRanking& ranking) {
  std::vector<PlacedTrial> placed;
  std::int64_t rank = 0;
  for (const RankedConfiguration& configuration : ranking.configurations) {
    ++rank;
    for (const TrialRef& ref : configuration.trials) placed.push_back({.ref = ref, .rank = rank, .configuration = &configuration});
  }
  for (const TrialRef& ref : ranking.others) placed.push_back({.ref = ref});
  return placed;
}

double significant(double number) {
  const std::string text = fmt::format("{:.9g}", number);
  double rounded = number;
  std::from_chars(text.data(), text.data() + text.size(), rounded);
  return rounded;
}

nlohmann::ordered_json parameters_json(const TrialResults& trial) {
  nlohmann::ordered_json parameters = nlohmann::ordered_json::object();
  for (const auto& [key, value] : trial.parameters) {
    parameters[key] = std::visit([](const auto& of_type) { return nlohmann::ordered_json(of_type); }, value);
  }
  return parameters;
}

}  // namespace agsweep
