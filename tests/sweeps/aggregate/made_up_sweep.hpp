#pragma once

#include <string>
#include <utility>  // std::move
#include <vector>

#include "sweeps/aggregate/sweep_results.hpp"

namespace agsweep::testing_support {

/// A trial that was never in a journal. Its best epoch is that of the highest value.
inline TrialResults made_up_trial(std::int64_t configuration, TrialPhase phase, std::vector<double> values, std::int64_t seed = 42,
                                  std::string config_hash = "") {
  SweepTrial trial{.point = {static_cast<double>(configuration)}, .configuration = configuration, .seed = seed, .phase = phase};
  trial.values = std::move(values);
  for (std::int64_t epoch = 1; epoch <= trial.epochs(); ++epoch) {
    if (trial.best_epoch == 0 || trial.values[static_cast<std::size_t>(epoch - 1)] > trial.value()) trial.best_epoch = epoch;
  }
  return {.trial = std::move(trial), .config_hash = std::move(config_hash)};
}

/// A sweep of trials that are numbered in this order, over a whole number x in [0, 99].
inline SweepResults made_up_sweep(std::vector<TrialResults> trials, std::int64_t epochs = 9) {
  SweepResults sweep{.folder = "made-up", .epochs = epochs};
  sweep.spec.space = {{.key = "x", .scale = Scale::integer, .low = 0, .high = 99}};
  sweep.data_sha256 = "d0";
  for (std::size_t i = 0; i < trials.size(); ++i) {
    trials[i].number = static_cast<std::int64_t>(i);
    trials[i].parameters["x"] = value_at(sweep.spec.space[0], trials[i].trial.point[0]);
  }
  sweep.trials = std::move(trials);
  return sweep;
}

}  // namespace agsweep::testing_support
