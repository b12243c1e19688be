#include "workers/comm/session.hpp"

#include <algorithm>  // std::min
#include <atomic>
#include <csignal>  // std::signal
#include <cstdlib>  // std::getenv, std::_Exit
#include <exception>

#include <fmt/format.h>

#include "base/system.hpp"  // environment_number, say
#include "workers/comm/mpi_communicator.hpp"
#include "workers/comm/mpi_control_channel.hpp"
#include "workers/comm/mpi_handle.hpp"
#include "workers/comm/self_communicator.hpp"
#include "workers/comm/wait.hpp"

namespace agsweep {

namespace {

/// Finalises MPI; without it a launcher takes a rank that ends for a crashed one.
struct MpiJob {
  MpiJob() {
    int provided = MPI_THREAD_SINGLE;
    AGSWEEP_MPI(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_MULTIPLE, &provided));
    thread_multiple = provided == MPI_THREAD_MULTIPLE;
  }
  MpiJob(const MpiJob&) = delete;
  MpiJob& operator=(const MpiJob&) = delete;
  ~MpiJob() { MPI_Finalize(); }
  bool thread_multiple = false;
};

/// In a job of one there is nobody to write to.
class SilentChannel final : public ControlChannel {
 public:
  void send(int to, std::string /*text*/) override { throw RunTimeError("there is no rank {} in a job of one", to); }
  std::optional<Letter> receive() override { return {}; }
};

/// How many tasks srun has started; 0: another launcher did, or none.
std::int64_t tasks_of_srun() { return std::getenv("OMPI_COMM_WORLD_SIZE") == nullptr ? environment_number("SLURM_STEP_NUM_TASKS") : 0; }

/// MPI itself would end each rank with a page on how SLURM is built.
void require_pmix() {
  if (const std::int64_t tasks = tasks_of_srun(); tasks > 1 && std::getenv("PMIX_RANK") == nullptr) {
    throw UsageError("srun started {} tasks without PMIx, so they cannot find each other: use srun --mpi=pmix, or mpirun", tasks);
  }
}

void check_world(int size) {
  if (const std::int64_t tasks = tasks_of_srun(); tasks > 0 && tasks != size) {
    throw UsageError("srun started {} tasks, but MPI sees a job of {}: use srun --mpi=pmix", tasks, size);
  }
}

void warn_of_lone_world(int size) {
  const std::int64_t tasks = environment_number("SLURM_NTASKS");
  if (size == 1 && tasks > 1 && environment_number("SLURM_STEP_NUM_TASKS") <= 1) {
    say(fmt::format("warning: this allocation has {} tasks, but only one rank runs: start it with srun --mpi=pmix or mpirun", tasks));
  }
}

}  // namespace

struct Session::State {
  MpiJob mpi;
  MpiComm control;  // leave_together's own
  int rank = 0;
  int size = 1;
  double timeout_seconds = 300;
  std::shared_ptr<std::atomic<bool>> broken = std::make_shared<std::atomic<bool>>(false);

  std::unique_ptr<Communicator> communicator(MPI_Comm parent, double timeout, const std::string& advice);
};

bool Session::launched() {
  // srun with one task is no job of many, and its MPI may not know this launcher.
  return environment_number("OMPI_COMM_WORLD_SIZE") > 0 || std::getenv("PMIX_RANK") != nullptr ||
         environment_number("SLURM_STEP_NUM_TASKS") > 1;
}

Session::Session() {
  if (launched()) {
    require_pmix();
    auto state = std::make_unique<State>();
    if (!state->mpi.thread_multiple) throw RunTimeError("this MPI does not offer MPI_THREAD_MULTIPLE, which agsweep needs");
    AGSWEEP_MPI(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN));
    AGSWEEP_MPI(MPI_Comm_rank(MPI_COMM_WORLD, &state->rank));
    AGSWEEP_MPI(MPI_Comm_size(MPI_COMM_WORLD, &state->size));
    check_world(state->size);
    state->control = MpiComm::dup(MPI_COMM_WORLD, state->timeout_seconds);
    state_ = std::move(state);
  }
  warn_of_lone_world(size());
}

Session::~Session() {
  if (state_ && state_->broken->load()) MPI_Abort(MPI_COMM_WORLD, static_cast<int>(ExitCode::run_time_failure));
}

int Session::rank() const { return state_ ? state_->rank : 0; }
int Session::size() const { return state_ ? state_->size : 1; }

std::unique_ptr<Communicator> Session::State::communicator(MPI_Comm parent, double timeout, const std::string& advice) {
  int ranks = 1;
  AGSWEEP_MPI(MPI_Comm_size(parent, &ranks));
  if (ranks == 1) return std::make_unique<SelfCommunicator>();
  timeout_seconds = timeout;
  MpiCommunicator::Options options;
  options.timeout_seconds = timeout;
  options.watchdog = true;
  options.advice = advice;
  return std::make_unique<MpiCommunicator>(parent, options, broken);
}

std::unique_ptr<Communicator> Session::world(double timeout_seconds, const std::string& advice) {
  if (!state_) return std::make_unique<SelfCommunicator>();
  return state_->communicator(MPI_COMM_WORLD, timeout_seconds, advice);
}

std::unique_ptr<Communicator> Session::split(int group, double timeout_seconds, const std::string& advice) {
  if (!state_) return std::make_unique<SelfCommunicator>();
  MPI_Comm part = MPI_COMM_NULL;
  AGSWEEP_MPI(MPI_Comm_split(MPI_COMM_WORLD, group, state_->rank, &part));
  const MpiComm owner(part);
  AGSWEEP_MPI(MPI_Comm_set_errhandler(part, MPI_ERRORS_RETURN));
  return state_->communicator(part, timeout_seconds, advice);
}

std::unique_ptr<ControlChannel> Session::control_channel() {
  if (!state_ || state_->size == 1) return std::make_unique<SilentChannel>();
  return std::make_unique<MpiControlChannel>(MPI_COMM_WORLD, state_->timeout_seconds);
}

void Session::abort(ExitCode code) noexcept {
  if (state_) MPI_Abort(MPI_COMM_WORLD, static_cast<int>(code));
  std::_Exit(static_cast<int>(code));
}

void Session::leave_together(ExitCode code) noexcept {
  if (code != ExitCode::done) {
    for (const int signal : {SIGTERM, SIGUSR2}) std::signal(signal, SIG_IGN);
  }
  if (!state_ || state_->size == 1) return;
  bool all_here = false;
  if (!state_->broken->load()) {
    // A normal end may have to wait for a rank that still writes; after a failure the others either fail as well, or wait for us.
    const bool normal = code == ExitCode::done || code == ExitCode::checkpointed;
    const double patience = normal ? state_->timeout_seconds : std::min(10.0, state_->timeout_seconds);
    try {
      MPI_Request request = MPI_REQUEST_NULL;
      AGSWEEP_MPI(MPI_Ibarrier(state_->control.get(), &request));
      all_here = wait_all({&request, 1}, {}, patience);
    } catch (const std::exception&) {
      // MPI itself has failed: as good as a rank that stays away.
    }
  }
  if (all_here) return;
  // Not 0, even when this rank's own part went well: the job as a whole did not.
  MPI_Abort(MPI_COMM_WORLD, static_cast<int>(code == ExitCode::done ? ExitCode::run_time_failure : code));
}

}  // namespace agsweep
