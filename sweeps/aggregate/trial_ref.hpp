#pragma once

#include <compare>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "sweeps/aggregate/sweep_results.hpp"

namespace agsweep {

/// One trial among those of several sweeps.
struct TrialRef {
  std::size_t sweep = 0;  // index among the sweeps
  std::size_t trial = 0;  // its number there

  auto operator<=>(const TrialRef&) const = default;
};

inline const TrialResults& results_of(std::span<const SweepResults> sweeps, const TrialRef& ref) {
  return sweeps[ref.sweep].trials[ref.trial];
}
inline const SweepTrial& trial_of(std::span<const SweepResults> sweeps, const TrialRef& ref) { return results_of(sweeps, ref).trial; }

/// What tells configurations apart over all sweeps: the config_hash, or, where none of a sweep's trials of the configuration has one yet,
/// a name of its own. By sweep and trial.
std::vector<std::vector<std::string>> configuration_keys(std::span<const SweepResults> sweeps);

}  // namespace agsweep
