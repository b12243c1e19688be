#include "sweeps/report/train_command.hpp"

#include <algorithm>  // std::ranges::find, std::replace

#include <fmt/format.h>

#include "base/shell.hpp"
#include "sweeps/report/value_text.hpp"

namespace agsweep {

namespace {

std::string option(std::string key, const ParameterValue& value) {
  std::replace(key.begin(), key.end(), '_', '-');
  return fmt::format(" --{} {}", key, shell_word(option_text(value)));
}

}  // namespace

std::string train_command(const ReportedSweep& sweep, const TrialResults& trial) {
  const SweepSpec& spec = sweep.results.spec;
  const std::string data = sweep.recorded.data.empty() ? "data.h5" : sweep.recorded.data;
  std::string command = fmt::format("agsweep train --model {} --data {} --out RUN", shell_word(spec.model), shell_word(data));
  bool has_epochs = false;
  for (const FixedOption& fixed : spec.fixed) {
    command += option(fixed.key, fixed.value);
    has_epochs = has_epochs || fixed.key == "epochs";
  }
  if (!has_epochs) command += fmt::format(" --epochs {}", sweep.results.epochs);
  for (const Parameter& parameter : spec.space) command += option(parameter.key, trial.parameters.at(parameter.key));
  // The bits depend on these, which another machine would choose otherwise.
  for (const char* key : {"shards", "precision", "reduction"}) {
    const bool given = std::ranges::find(spec.fixed, key, &FixedOption::key) != spec.fixed.end() || trial.parameters.contains(key);
    const nlohmann::json value = result_value(trial, {key});
    if (given || value.is_null()) continue;
    command += fmt::format(" --{} {}", key, value.is_string() ? shell_word(value.get<std::string>()) : value.dump());
  }
  return command + fmt::format(" --metric {} --seed {}", to_word(spec.metric), trial.trial.seed);
}

}  // namespace agsweep
