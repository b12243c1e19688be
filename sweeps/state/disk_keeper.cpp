#include "sweeps/state/disk_keeper.hpp"

namespace agsweep {

bool DiskKeeper::keeps_weights(const SweepState& state, std::int64_t number) const {
  const std::int64_t keep = state.spec().keep;
  if (keep < 0) return true;
  if (state.trial(number).phase == TrialPhase::running) return keep > 0;
  return state.among_best(number, keep);
}

void DiskKeeper::tidy(const SweepState& state, std::int64_t number) {
  const SweepTrial& trial = state.trial(number);
  if (trial.phase == TrialPhase::paused) site_.remove_older_checkpoints(number);
  if (!trial.ended()) return;
  // Of a group that was killed before it wrote the weights, the checkpoint alone has them.
  const bool has_best = trial.phase == TrialPhase::pruned && trial.best_epoch > 0;
  if (has_best && keeps_weights(state, number) && !site_.has_weights(number)) return;
  site_.remove_checkpoints(number);
  with_weights_.insert(number);
  // It may have pushed others out.
  std::erase_if(with_weights_, [&](std::int64_t other) {
    if (keeps_weights(state, other)) return false;
    site_.remove_weights(other);
    return true;
  });
}

}  // namespace agsweep
