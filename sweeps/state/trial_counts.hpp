#pragma once

#include <cstdint>
#include <string>

#include "sweeps/state/sweep_trial.hpp"

namespace agsweep {

/// How many of a sweep's trials are in which state: one way to count for all that tells of a sweep.
struct TrialCounts {
  std::int64_t pending = 0;  // not begun
  std::int64_t running = 0;
  std::int64_t paused = 0;
  std::int64_t complete = 0;
  std::int64_t pruned = 0;
  std::int64_t failed = 0;

  std::int64_t& of(TrialPhase phase);
  std::int64_t ended() const { return complete + pruned + failed; }
  std::int64_t planned() const { return pending + running + paused + ended(); }
};

/// "12 of 24 trials ended: 8 complete, 3 pruned, 1 failed; 2 running, 4 paused, 6 pending", without states that no trial is in.
std::string counts_text(const TrialCounts& counts);

}  // namespace agsweep
