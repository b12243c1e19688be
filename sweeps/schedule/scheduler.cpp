#include "sweeps/schedule/scheduler.hpp"

#include "base/error.hpp"
#include "sweeps/schedule/asha.hpp"
#include "sweeps/schedule/median.hpp"

namespace agsweep {

namespace {

/// Every trial trains all its epochs.
class NoScheduler final : public Scheduler {
 public:
  Verdict report(std::int64_t, std::int64_t, double) override { return Verdict::go_on; }
  std::optional<std::int64_t> promotable() const override { return std::nullopt; }
  std::optional<std::int64_t> last_promotable() const override { return std::nullopt; }
  /// @throws DataError: no trial is ever paused
  void promote(std::int64_t trial) override { throw DataError("trial {}: goes on, but without a scheduler none is paused", trial); }
  void complete(std::int64_t) override {}
  void retire(std::int64_t, bool) override {}
};

}  // namespace

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

void check_next_epoch(std::int64_t trial, std::int64_t last, std::int64_t epoch, std::int64_t epochs) {
  if (epoch != last + 1) throw DataError("trial {}: reported epoch {} after epoch {}", trial, epoch, last);
  if (epoch > epochs) throw DataError("trial {}: reported epoch {}, but its schedule has {}", trial, epoch, epochs);
}

}  // namespace agsweep
