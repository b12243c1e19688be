#include "sweeps/report/sweep_text.hpp"

#include <algorithm>  // std::count_if
#include <set>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "sweeps/aggregate/sweep_results.hpp"  // counts_of
#include "sweeps/report/value_text.hpp"

namespace agsweep {

std::string sampler_text(const SweepSpec& spec) {
  switch (spec.sampler) {
    case SamplerKind::grid:
      return "full grid";
    case SamplerKind::random:
      return fmt::format("random, seed {}", spec.sampler_seed);
    case SamplerKind::sobol:
      return fmt::format("scrambled Sobol sequence, seed {}", spec.sampler_seed);
    case SamplerKind::tpe:
      break;
  }
  return fmt::format("tree-structured Parzen estimator (TPE), seed {}", spec.sampler_seed);
}

ConfigurationOrigins configuration_origins(const SweepResults& sweep) {
  std::set<std::int64_t> configurations;
  for (const TrialResults& trial : sweep.trials) configurations.insert(trial.trial.configuration);
  const auto drawn = std::ranges::count_if(configurations, [&](std::int64_t one) { return one >= std::ssize(sweep.spec.first_trials); });
  return {.all = std::ssize(configurations), .given = std::ssize(configurations) - drawn};
}

std::string scheduler_text(const SchedulerSpec& scheduler) {
  switch (scheduler.kind) {
    case SchedulerKind::none:
      return "none: each trial trains at full length";
    case SchedulerKind::median:
      return fmt::format("median stopping rule after {}", counted(scheduler.min_epochs, "epoch"));
    case SchedulerKind::asha:
      break;
  }
  return fmt::format("ASHA, eta {}, first rung after {}", scheduler.eta, counted(scheduler.min_epochs, "epoch"));
}

std::string values_text(const Parameter& parameter) {
  if (parameter.scale != Scale::values) {
    return fmt::format("{} to {}", number_text(parameter, parameter.low), number_text(parameter, parameter.high));
  }
  std::vector<std::string> values;
  for (const ParameterValue& value : parameter.values) values.push_back(short_text(value));
  return fmt::format("{}", fmt::join(values, ", "));
}

std::string parameter_text(const Parameter& parameter, const TrialResults& trial) {
  const ParameterValue& value = trial.parameters.at(parameter.key);
  const auto* number = std::get_if<double>(&value);
  return number != nullptr ? number_text(parameter, *number) : short_text(value);
}

std::string scale_text(const Parameter& parameter) {
  switch (parameter.scale) {
    case Scale::log:
      return "logarithmic";
    case Scale::range:
      return "linear";
    case Scale::integer:
      return "whole numbers";
    case Scale::log_integer:
      return "whole numbers, logarithmic";
    case Scale::values:
      break;
  }
  return "listed values";
}

std::int64_t count_in(const SweepResults& sweep, TrialPhase phase) {
  return std::count_if(sweep.trials.begin(), sweep.trials.end(), [phase](const TrialResults& trial) { return trial.trial.phase == phase; });
}

std::string states_text(const SweepResults& sweep) { return counts_text(counts_of(sweep)); }

}  // namespace agsweep
