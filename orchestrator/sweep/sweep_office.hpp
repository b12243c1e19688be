#pragma once

#include <functional>
#include <string>

#include "base/error.hpp"  // ExitCode
#include "orchestrator/sweep/folder_site.hpp"
#include "orchestrator/sweep/prepared_sweep.hpp"
#include "orchestrator/sweep/sweep_folder.hpp"
#include "orchestrator/sweep/sweep_progress.hpp"
#include "orchestrator/terminal/live_block.hpp"
#include "sweeps/journal/sweep_lock.hpp"
#include "sweeps/state/coordinator.hpp"

namespace agsweep {

/// Rank 0's part of a sweep, beside its own groups: the folder under its lock, the coordinator, and what a person sees.
class SweepOffice {
 public:
  /// Takes SWEEP's lock, and begins its journal or replays it.
  /// @param prepared   outlives this, as does `args`
  /// @param lock_lost  ends the job at once: another process may already write to the folder
  /// @throws RunTimeError naming the lock's holder; UsageError for another sweep than the folder's; DataError for a damaged journal
  SweepOffice(const PreparedSweep& prepared, const SweepArgs& args, const std::function<void()>& lock_lost);
  SweepOffice(const SweepOffice&) = delete;
  SweepOffice& operator=(const SweepOffice&) = delete;

  const std::string& lock_token() const { return lock_.token(); }
  Coordination& coordination() { return coordinator_; }

  /// Of the sweep as it stands: done, trials_failed, or checkpointed after a signal.
  ExitCode exit_code() const;
  /// Writes SWEEP/report.html and prints the best trials, also where the time budget is used up; after a stop says how to go on.
  void conclude(const std::string& resume_command);

 private:
  void say_why_stopped(const std::string& resume_command);
  OpenSweep opened(const std::function<void()>& lock_lost);
  void write_report();
  void print_result() const;

  const PreparedSweep& prepared_;
  const SweepArgs& args_;
  double time_budget_;  // seconds; 0: none
  SweepLock lock_;
  LiveBlock block_;
  OpenSweep sweep_;
  SweepProgress progress_;
  FolderSite site_;
  Coordinator coordinator_;
};

}  // namespace agsweep
