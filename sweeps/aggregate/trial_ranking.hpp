#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "sweeps/aggregate/trial_ref.hpp"
#include "sweeps/statistics/mean_interval.hpp"

namespace agsweep {

/// What has to be the same for values to be compared.
struct RankingScope {
  Metric metric = default_metric;
  std::int64_t epochs = 0;       // of the trials' schedule
  std::int64_t train_limit = 0;  // as SweepResults has it
  std::int64_t val_limit = 0;    // likewise
  std::string data_sha256;

  bool operator==(const RankingScope&) const = default;
};
RankingScope scope_of(const SweepResults& sweep);

/// A configuration that has an ended trial.
struct RankedConfiguration {
  std::string key;               // of configuration_keys
  bool complete = false;         // else all of its ended trials were pruned
  std::vector<TrialRef> trials;  // complete: one a seed; pruned: the one that got furthest
  MeanInterval value;            // over them
};

/// The ranking of the sweeps with one scope.
struct TrialRanking {
  RankingScope scope;
  std::vector<std::size_t> sweeps;                  // ascending
  std::vector<RankedConfiguration> configurations;  // best first
  std::vector<TrialRef> others;                     // the trials that no rank stands on: pruned, paused, running, failed
};

/// Ranks configurations by the mean over the seeds of their complete trials' values; below them stand those that were pruned, the further
/// ones first, then the better ones. Of equals the one with the lower trial comes first.
/// @param copies  trials that do not count
/// @return one a scope, in the order of the scopes' first sweeps; `others` by state in the order above, then by sweep and number
std::vector<TrialRanking> rank_trials(std::span<const SweepResults> sweeps, const std::set<TrialRef>& copies);

}  // namespace agsweep
