#include "orchestrator/training/run_lock.hpp"

#include <array>
#include <chrono>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/system.hpp"
#include "base/thread.hpp"
#include "slurm/job_environment.hpp"
#include "slurm/queue.hpp"                     // job_has_ended
#include "sweeps/aggregate/sweep_results.hpp"  // folders_of_sweep
#include "sweeps/journal/process_identity.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

bool is_sweep(const fs::path& folder) {
  std::error_code unreadable;
  return fs::exists(folder / journal_name, unreadable) || !folders_of_sweep(folder).empty();
}

}  // namespace

SweepLock lock_folder(const fs::path& folder, const std::function<void(const std::string&)>& message) {
  make_folder(folder);
  const JobEnvironment job = job_environment();
  const LockRequest request{.process = this_process(), .slurm_job = job.id, .slurm_restarts = job.requeues, .job_ended = job_has_ended};
  return lock_sweep(folder, request,
                    {.now = steady_seconds,
                     .sleep = [](double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); },
                     .message = message});
}

void require_no_sweep(const fs::path& out) {
  if (is_sweep(out)) throw UsageError("--out: a sweep stands in {}; choose another folder", out.string());
  std::error_code unreadable;
  fs::path trial = fs::weakly_canonical(fs::absolute(out), unreadable);  // a sweep's tensorboard/ links to its trials
  if (unreadable) trial = fs::absolute(out).lexically_normal();
  if (!trial.has_filename()) trial = trial.parent_path();  // "trials/0007/"
  const fs::path trials = trial.parent_path();
  if (trials.filename() == "trials" && is_sweep(trials.parent_path())) {
    throw UsageError("--out: {} is a trial of the sweep in {}; go on with that by `agsweep sweep --resume`, or choose another folder",
                     out.string(), trials.parent_path().string());
  }
}

void require_no_parts(const fs::path& out) {
  const std::vector<fs::path> parts = folders_of_sweep(out);
  if (parts.empty() || parts.front() == out) return;
  throw UsageError("--out: the parts of a sweep stand in {}; go on with them as their job array did, or choose another folder",
                   out.string());
}

void require_no_run(const fs::path& out) {
  if (is_sweep(out)) return;
  for (const char* const name : {"config.toml", "result.json", "steps.csv", "checkpoints"}) {
    if (fs::exists(out / name)) throw UsageError("--out: a run of `agsweep train` stands in {}; choose another folder", out.string());
  }
}

RunLock::MadeFolders::MadeFolders(const fs::path& folder) {
  std::error_code unreadable;
  for (fs::path path = folder / ""; path.has_parent_path() && path != path.parent_path();) {
    path = path.parent_path();
    if (path.empty() || fs::exists(path, unreadable)) break;
    paths.push_back(path);
  }
}

RunLock::MadeFolders::~MadeFolders() {
  std::error_code not_empty;
  for (const fs::path& path : paths) fs::remove(path, not_empty);
}

RunLock::RunLock(const fs::path& folder)
    : folder_(folder),
      made_(folder),
      lock_(lock_folder(folder, say)),
      watch_(folder, lock_.token()),
      keeper_(start_thread("the lock of the run's folder", [this](const std::stop_token& stop) { keep(stop); })) {}

RunLock::~RunLock() {
  keeper_.request_stop();
  wake_.notify_all();
  keeper_.join();
}

void RunLock::require() {
  if (!watch_.holds(steady_seconds())) {
    throw RunTimeError("{}: this folder was moved, or another process works in it now; this one writes no more", folder_.string());
  }
}

void RunLock::keep(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, stop, std::chrono::duration<double>(lock_bump_seconds), [] { return false; }) && !stop.stop_requested()) {
    try {
      if (!lock_.bump()) return;  // which require() sees too
    } catch (const RunTimeError&) {
      // A full disk, for one. Others that look for a minute may take the folder, and require() sees that.
    }
  }
}

}  // namespace agsweep
