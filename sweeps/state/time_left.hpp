#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sweeps/state/sweep_state.hpp"

namespace agsweep {

/// When a running sweep will have ended, by how long its epochs take and a forecast of how many there will be. Pure: times are the caller's
/// seconds, from any start.
class TimeLeft {
 public:
  /// @param state    outlives this
  /// @param at_once  trials that train at the same time
  TimeLeft(const SweepState& state, std::int64_t at_once, double now);

  /// The state has changed, just now.
  void update(double now);
  /// Seconds until the sweep ends; nullopt before an epoch has ended since the start.
  std::optional<double> seconds(double now) const;

 private:
  struct Seen {
    TrialPhase phase = TrialPhase::paused;
    std::int64_t epochs = 0;
    double since = 0;       // when its epoch under way began
    bool taken_up = false;  // the epoch under way may have begun in a job before: what is timed of it may be a part
  };

  void time_epochs(double now);

  const SweepState& state_;
  std::int64_t at_once_;
  std::vector<Seen> seen_;    // by trial
  double epoch_seconds_ = 0;  // a mean that forgets
  std::int64_t timed_epochs_ = 0;
  std::optional<double> end_;
  double next_ = 0;  // of a large sweep, when to look anew
};

}  // namespace agsweep
