#include "sweeps/aggregate/trial_ref.hpp"

#include <fmt/format.h>

namespace agsweep {

std::vector<std::vector<std::string>> configuration_keys(std::span<const SweepResults> sweeps) {
  std::vector<std::vector<std::string>> keys;
  for (const SweepResults& sweep : sweeps) {
    std::map<std::int64_t, std::string> hashes;  // by configuration
    for (const TrialResults& trial : sweep.trials) {
      if (!trial.config_hash.empty()) hashes.emplace(trial.trial.configuration, trial.config_hash);
    }
    std::vector<std::string>& of_sweep = keys.emplace_back();
    for (const TrialResults& trial : sweep.trials) {
      const auto hash = hashes.find(trial.trial.configuration);
      const std::string own_name = fmt::format("sweep {} configuration {}", keys.size() - 1, trial.trial.configuration);
      of_sweep.push_back(hash != hashes.end() ? hash->second : own_name);
    }
  }
  return keys;
}

}  // namespace agsweep
