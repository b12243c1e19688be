#pragma once

#include <cstdint>
#include <set>

#include "sweeps/state/sweep_site.hpp"
#include "sweeps/state/sweep_state.hpp"

namespace agsweep {

/// Frees the disk of what no trial needs again: an ended trial has no checkpoints, a paused one its newest alone, and of ended trials only
/// the spec's `keep` best complete ones have their weights.
class DiskKeeper {
 public:
  explicit DiskKeeper(SweepSite& site) : site_(site) {}
  /// Whether a trial's weights are to stay: of a complete one, for now; of a running one, if it should end best.
  bool keeps_weights(const SweepState& state, std::int64_t number) const;
  /// A trial has left its group, or ended; of a complete one, its last evaluation is done.
  void tidy(const SweepState& state, std::int64_t number);

 private:
  SweepSite& site_;
  std::set<std::int64_t> with_weights_;  // ended trials that may have them
};

}  // namespace agsweep
