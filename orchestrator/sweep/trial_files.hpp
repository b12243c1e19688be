#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "sweeps/aggregate/sweep_results.hpp"  // trial_folder
#include "sweeps/state/sweep_state.hpp"

namespace agsweep {

/// What only a trial's own result.json knows.
struct TrialFacts {
  double seconds = 0;  // of training and evaluation
  std::string config_hash;
  bool done = false;  // its last evaluation has come to its end
};

/// Of a trial's folder as it stands; a missing or damaged result.json gives none.
TrialFacts read_trial_facts(const std::filesystem::path& folder);

/// SWEEP/results.csv, written whole or not at all: trial,state,value, a column a parameter,
/// seed,epochs,best_epoch,seconds,config_hash,error.
/// @throws RunTimeError
void write_results(const std::filesystem::path& sweep, const SweepState& state, const std::map<std::int64_t, TrialFacts>& facts);

/// Frees the disk of what no trial needs again: an ended trial has no checkpoints, a paused one its newest alone, and of ended trials only
/// the spec's `keep` best complete ones have their weights.
class DiskKeeper {
 public:
  explicit DiskKeeper(std::filesystem::path sweep) : sweep_(std::move(sweep)) {}
  /// Whether a trial's weights are to stay: of a complete one, for now; of a running one, if it should end best.
  bool keeps_weights(const SweepState& state, std::int64_t number) const;
  /// A trial has left its group, or ended. @throws RunTimeError
  void tidy(const SweepState& state, std::int64_t number);

 private:
  std::filesystem::path sweep_;
  std::set<std::int64_t> with_weights_;  // ended trials that may have them
};

}  // namespace agsweep
