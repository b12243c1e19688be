#include "sweeps/aggregate/comparable_epochs.hpp"

#include <numeric>  // std::iota

#include "sweeps/schedule/asha.hpp"

namespace agsweep {

std::vector<std::int64_t> comparable_epochs(const SweepResults& sweep) {
  if (sweep.trials.empty()) return {};  // the length of a schedule may not be known yet
  const SchedulerSpec& scheduler = sweep.spec.scheduler;
  if (scheduler.kind == SchedulerKind::asha) return asha_rungs(scheduler.min_epochs, scheduler.eta, sweep.epochs);
  std::vector<std::int64_t> epochs(static_cast<std::size_t>(sweep.epochs));
  std::iota(epochs.begin(), epochs.end(), 1);
  return epochs;
}

bool has_reached(const SweepTrial& trial, std::int64_t epoch) {
  return trial.best_epoch > 0 && (trial.phase == TrialPhase::complete || trial.epochs() >= epoch);
}

}  // namespace agsweep
