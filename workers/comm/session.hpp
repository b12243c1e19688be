#pragma once

#include <memory>
#include <string>

#include "base/error.hpp"  // ExitCode
#include "workers/comm/communicator.hpp"
#include "workers/comm/control_channel.hpp"

namespace agsweep {

/// This process's part in an MPI job: starts MPI where a launcher started the process; alone, it is a job of one without MPI.
class Session {
 public:
  /// Whether mpirun or srun started this process (its environment says so).
  static bool launched();

  /// @throws RunTimeError when MPI offers less than MPI_THREAD_MULTIPLE
  /// @throws UsageError under srun when the world's size is not SLURM_STEP_NUM_TASKS (names --mpi=pmix)
  Session();
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  int rank() const;
  int size() const;

  /// A communicator over all ranks whose waits end after `timeout_seconds`, with its watchdog. Collective over the job.
  /// @param advice  what the watchdog says last when it ends the job: how to go on; may be empty
  std::unique_ptr<Communicator> world(double timeout_seconds, const std::string& advice = "");

  /// A communicator over the ranks that give the same `group`, in the order of their ranks; the rest as world(). Collective over the job.
  /// @param group  0 or more
  std::unique_ptr<Communicator> split(int group, double timeout_seconds, const std::string& advice = "");

  /// Messages beside all communicators; in a job of one a channel on which nothing comes. Collective over the job.
  std::unique_ptr<ControlChannel> control_channel();

  /// Ends the whole job at once, without a word to anybody: for a rank that may not write another byte. For any thread.
  [[noreturn]] void abort(ExitCode code) noexcept;

  /// Call last, before a normal or failed exit: waits (bounded) until every rank is here, so that no rank's exit status makes the launcher
  /// kill one that still writes. When ranks stay away: MPI_Abort with `code`. Unless `code` is done, SIGTERM and SIGUSR2 are ignored from
  /// here on: srun sends the first to who is still about to exit when another has left, a batch script repeats the second, and the exit
  /// code would be the signal's.
  void leave_together(ExitCode code) noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace agsweep
