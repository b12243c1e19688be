#include "sweeps/state/expected_epochs.hpp"

#include <algorithm>  // std::max

#include "sweeps/schedule/rungs.hpp"

namespace agsweep {

double expected_epochs(const SweepSpec& spec, std::int64_t epochs, std::int64_t trials) {
  if (spec.scheduler.kind != SchedulerKind::asha) return static_cast<double>(trials * epochs);
  double sum = 0;
  std::int64_t before = 0;
  for (const std::int64_t rung : asha_rungs(spec.scheduler.min_epochs, spec.scheduler.eta, epochs)) {
    sum += static_cast<double>(trials * (rung - before));
    before = rung;
    trials = std::max<std::int64_t>(1, trials / spec.scheduler.eta);
  }
  return sum;
}

}  // namespace agsweep
