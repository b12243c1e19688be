#pragma once

#include <string>

#include "sweeps/aggregate/sweep_results.hpp"

namespace agsweep {

/// "scrambled Sobol sequence, seed 42"
std::string sampler_text(const SweepSpec& spec);

/// A sweep's configurations, and how many of them its sampler did not draw: those of [[trial]], and those that somebody asked for.
struct ConfigurationOrigins {
  std::int64_t all = 0;
  std::int64_t given = 0;
};
ConfigurationOrigins configuration_origins(const SweepResults& sweep);

/// "ASHA, eta 3, first rung after 1 epoch"
std::string scheduler_text(const SchedulerSpec& scheduler);

/// "5e-5 to 5e-3", "2, 4, 8"
std::string values_text(const Parameter& parameter);

/// A trial's value of a parameter, for people.
std::string parameter_text(const Parameter& parameter, const TrialResults& trial);

/// "logarithmic", "linear", ..
std::string scale_text(const Parameter& parameter);

/// "24 of 24 trials ended: 8 complete, 15 pruned, 1 failed"
std::string states_text(const SweepResults& sweep);

/// How many trials are in a phase.
std::int64_t count_in(const SweepResults& sweep, TrialPhase phase);

}  // namespace agsweep
