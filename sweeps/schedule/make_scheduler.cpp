#include <memory>  // std::make_unique

#include "sweeps/schedule/asha.hpp"
#include "sweeps/schedule/median.hpp"
#include "sweeps/schedule/no_scheduler.hpp"
#include "sweeps/schedule/rungs.hpp"
#include "sweeps/schedule/scheduler.hpp"

namespace agsweep {

std::unique_ptr<Scheduler> make_scheduler(const SchedulerSpec& spec, std::int64_t epochs) {
  switch (spec.kind) {
    case SchedulerKind::asha:
      return std::make_unique<AshaScheduler>(asha_rungs(spec.min_epochs, spec.eta, epochs), spec.eta);
    case SchedulerKind::median:
      return std::make_unique<MedianScheduler>(spec.min_epochs, epochs);
    case SchedulerKind::none:
      break;
  }
  return std::make_unique<NoScheduler>();
}

}  // namespace agsweep
