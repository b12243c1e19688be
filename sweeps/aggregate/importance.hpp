#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "sweeps/aggregate/trial_ref.hpp"
#include "sweeps/statistics/functional_anova.hpp"

namespace agsweep {

/// How much each hyperparameter matters, over the sweeps that tried the same space around the same fixed options under one scheduler.
struct HyperparameterImportance {
  std::vector<std::size_t> sweeps;
  SearchSpace space;
  std::int64_t epoch = 0;                 // each configuration's score is its best value up to this one
  std::size_t configurations = 0;         // that count
  std::optional<FunctionalAnova> shares;  // none: left out
  std::string reason;                     // why they were left out
};

/// Takes the highest rung that functional_anova_least_points configurations have reached: an epoch at which ASHA compares trials, or any
/// epoch without it. A complete trial has reached each of them, also where its own options ended it early: its best value is final. Failed
/// trials do not count. A configuration's score is the mean over its seeds.
/// @param group   indices of sweeps of one ranking
/// @param copies  trials that do not count
/// @return one for each set of sweeps with one model, [fixed], [space] and [scheduler], in the order of their first sweeps
std::vector<HyperparameterImportance> importances(std::span<const SweepResults> sweeps, std::span<const std::size_t> group,
                                                  const std::set<TrialRef>& copies);

}  // namespace agsweep
