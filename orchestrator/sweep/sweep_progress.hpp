#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/terminal/live_block.hpp"
#include "sweeps/state/group_protocol.hpp"
#include "sweeps/state/sweep_state.hpp"
#include "sweeps/state/time_left.hpp"

namespace agsweep {

/// What rank 0 shows of a sweep on stderr: a table that renews itself, or lines: what happened, and now and then
/// how far the sweep is.
class SweepProgress {
 public:
  /// @param block  outlives this
  /// @param at_once  trials that train at the same time
  SweepProgress(LiveBlock& block, const SweepState& state, std::int64_t at_once);

  /// The state has changed: says which trials ended.
  void show();
  void trial_step(const GroupMessage::Progress& progress);
  void trial_left(std::int64_t trial) { running_.erase(trial); }
  void message(std::string_view line) { block_.message(line); }
  /// Draws what is new, if it is time.
  void refresh();
  /// Leaves only how far the sweep has come.
  void end() { block_.end(summary()); }

 private:
  std::vector<std::string> lines() const;
  std::string summary() const;
  std::string running_text() const;
  std::string end_text(std::int64_t number) const;

  LiveBlock& block_;
  const SweepState& state_;
  std::map<std::int64_t, GroupMessage::Progress> running_;  // the last progress of each
  std::vector<TrialPhase> seen_;                            // by trial
  TimeLeft left_;
  double begun_;
};

}  // namespace agsweep
