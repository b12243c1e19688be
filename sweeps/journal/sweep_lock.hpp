#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/file.hpp"  // FileDescriptor
#include "sweeps/journal/lock_file.hpp"

namespace agsweep {

/// Who asks for a lock.
struct LockRequest {
  ProcessIdentity process;
  std::string slurm_job = {};       // SLURM_JOB_ID; empty outside SLURM
  std::int64_t slurm_restarts = 0;  // SLURM_RESTART_COUNT
  /// Whether SLURM says that a job has ended; asked of holders that run in another job. What it says is not taken for sure: a holder may
  /// have recorded a job that it is no part of, from a shell's old environment.
  std::function<bool(const std::string& job)> job_ended = [](const std::string&) { return false; };
};

/// The lock's file. A run's folder has it too: so no sweep and run can begin in one folder, nor two versions of this program.
constexpr std::string_view lock_name = "sweep.lock";

/// The right to change the folder of a sweep or a run, held by its sweep.lock, and given back with the object if it is still there. For
/// one thread.
///
/// The file is made by link(2), which is atomic on NFS too, or by O_EXCL where there are no hard links. Whoever replaces or removes it, a
/// taker or the holder itself, first makes sweep.lock.TOKEN, with the token of the lock that shall go: so only one does, and never removes
/// a younger lock than it has looked at.
class SweepLock {
 public:
  SweepLock(SweepLock&& other) noexcept = default;
  SweepLock& operator=(SweepLock other) noexcept;
  ~SweepLock();

  /// False after another process has taken it over, which happens to a holder that was stopped for a minute. Reads the file.
  bool holds() const;
  const std::string& token() const { return self_.token; }
  /// Shows that the holder lives: call it every lock_bump_seconds. It writes to the file that this object made, whatever its name is
  /// now, and so never brings a lost lock back.
  /// @return holds() @throws RunTimeError when the file is ours and cannot be written
  bool bump();

 private:
  friend struct LockTaker;
  SweepLock(std::filesystem::path path, LockHolder self, FileDescriptor file)
      : path_(std::move(path)), self_(std::move(self)), file_(std::move(file)) {}

  std::filesystem::path path_;
  LockHolder self_;
  FileDescriptor file_;  // none after a move
};

constexpr double lock_bump_seconds = 10;

/// A lock as the processes and threads see it that write into the folder for its holder. For one thread.
class LockWatch {
 public:
  /// @param token  the lock's
  LockWatch(const std::filesystem::path& folder, std::string token) : path_(folder / lock_name), token_(std::move(token)) {}

  /// SweepLock::holds(), but the file is read only when that was not asked within the last lock_bump_seconds: so whoever was stopped for
  /// longer, in which time the lock may have been taken over, asks before it writes.
  /// @param now  seconds from any start, never falling
  bool holds(double now);

 private:
  std::filesystem::path path_;
  std::string token_;
  std::optional<double> asked_;
};

constexpr double lock_stale_seconds = 60;  // a counter that stands still for so long has no holder any more
constexpr double lock_ended_seconds = 25;  // the same where SLURM says that the holder's job has ended: two bumps, and some
constexpr double lock_ending_seconds = 2;  // a holder that is seen to run for so long is not about to end

/// The lock file in the way of a request: sweep.lock itself, or the claim of another process that is replacing it.
struct LockBlocker {
  std::filesystem::path path;
  std::string content;
  std::optional<LockHolder> holder;  // nullopt: damaged
  ProcessView view = ProcessView::unseen;
};

/// Either the lock, or what is in the way.
struct LockAttempt {
  std::optional<SweepLock> lock;
  LockBlocker blocker;
};

/// Takes FOLDER/sweep.lock if it is free, or its holder is surely gone: its process has ended, or it was the same SLURM job before a
/// requeue.
/// @param still  contents of lock files that the caller has seen unchanged for long enough: their holders count as gone unless
///               they are seen to run
/// @throws RunTimeError when the folder cannot be written
LockAttempt try_lock(const std::filesystem::path& folder, const LockRequest& request, const std::set<std::string>& still = {});

/// The caller's time.
struct LockWait {
  std::function<double()> now;                      // seconds from any start, never falling
  std::function<void(double seconds)> sleep;        // may throw, to give up
  std::function<void(const std::string&)> message;  // says once what is waited for
};

/// Takes FOLDER/sweep.lock. A holder that is not seen to run (another host, a stopped process, a damaged file) is watched until its
/// counter moves, or has stood still for lock_stale_seconds, or lock_ended_seconds where its job has ended.
/// @throws RunTimeError naming host and process of a holder that lives: after lock_ending_seconds if it is seen to run on this machine
SweepLock lock_sweep(const std::filesystem::path& folder, const LockRequest& request, const LockWait& wait);

}  // namespace agsweep
