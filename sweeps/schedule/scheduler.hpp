#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "sweeps/space/sweep_spec.hpp"

namespace agsweep {

/// What a trial does after an epoch.
enum class Verdict { go_on, pause, stop };

/// Decides how far each trial trains. A state machine fed by events, without clock or randomness: the same events in the same order give
/// the same verdicts, so a sweep's state is a replay of its journal.
class Scheduler {
 public:
  virtual ~Scheduler() = default;

  /// Epoch `epoch` of a running trial has ended.
  /// @param epoch  each of a trial's once, ascending from 1; never beyond the schedule's epochs
  /// @param score  finite, this epoch's own; more is better. The scheduler keeps the trial's best
  /// @return go_on also for the last epoch, after which the trial is complete
  virtual Verdict report(std::int64_t trial, std::int64_t epoch, double score) = 0;

  /// The paused trial that should go on before any new one begins.
  virtual std::optional<std::int64_t> promotable() const = 0;

  /// The paused trial that goes on where nothing is promotable, no trial runs and none is left to begin, so that a sweep ends with a
  /// complete trial, and none that gave up early stands as its best; nullopt where a complete one is better, or none is paused.
  virtual std::optional<std::int64_t> last_promotable() const = 0;

  /// A paused trial goes on. @param trial  one that promotable() or last_promotable() gave, now or, in a replay, then
  virtual void promote(std::int64_t trial) = 0;

  /// A running trial has ended before its schedule's last epoch because its own options say so: it is as complete as one that trained all,
  /// of which this may be said, too.
  virtual void complete(std::int64_t trial) = 0;

  /// The trial has ended early (failed, or pruned at the end of the sweep) and never goes on. Its reports still count as what others are
  /// measured by, unless it failed.
  virtual void retire(std::int64_t trial, bool failed) = 0;
};

/// @param epochs  the length of each trial's schedule
std::unique_ptr<Scheduler> make_scheduler(const SchedulerSpec& spec, std::int64_t epochs);

/// For schedulers: each epoch of a trial is reported once and in order; anything else comes from a journal that does not fit.
/// @param last    the last epoch that the trial reported; 0: none
/// @param epochs  the length of its schedule
/// @throws DataError
void check_next_epoch(std::int64_t trial, std::int64_t last, std::int64_t epoch, std::int64_t epochs);

}  // namespace agsweep
