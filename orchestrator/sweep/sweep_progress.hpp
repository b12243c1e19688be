#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/terminal/live_block.hpp"
#include "sweeps/state/group_protocol.hpp"
#include "sweeps/state/sweep_state.hpp"

namespace agsweep {

/// What rank 0 shows of a sweep on stderr: on a terminal one table that renews itself, elsewhere a line for each thing that happened.
class SweepProgress {
 public:
  /// @param block  outlives this
  SweepProgress(LiveBlock& block, const SweepState& state);

  /// The state has changed: says which trials ended.
  void show();
  void trial_step(const GroupMessage::Progress& progress);
  void trial_left(std::int64_t trial) { running_.erase(trial); }
  void message(std::string_view line) { block_.message(line); }
  /// Draws what is new, if it is time.
  void refresh();

 private:
  std::vector<std::string> lines() const;
  std::string summary() const;
  std::string end_text(std::int64_t number) const;

  LiveBlock& block_;
  const SweepState& state_;
  std::map<std::int64_t, GroupMessage::Progress> running_;  // the last progress of each
  std::vector<TrialPhase> seen_;                            // by trial
  std::int64_t epochs_before_ = 0;                          // that were done when this process began
  double begun_;
};

}  // namespace agsweep
