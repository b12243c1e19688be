// NCCL's calls between processes of one machine, for tests of NCCL code without a GPU. A call returns ncclInProgress and comes on its
// stream (tests/support/fake_cuda_runtime.hpp) a moment later, as a communicator's that does not block; there the ranks meet on a board.
//
// AGSWEEP_NCCL_FAULT=RANK:CALL:KIND injects a fault at a rank's n-th call, from 1; 0 is the set-up. Kinds:
//   error       the call fails on this rank, and as a remote error on the others
//   stall       the rank does not take part until it aborts; nobody is told
//   exit        the process ends; nobody is told
//   slow        NCCL takes 30 ms to bring the call on the stream
//   memory      the device's memory runs out on this rank while NCCL connects it for the call. Nobody is told: the others wait for it, and
//               its ncclCommAbort waits for theirs
//   hang_abort  as stall, and ncclCommAbort does not come back either
//   hang_end    ncclCommDestroy does not come back on this rank; its call is 0
#include "tests/support/nccl_double.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <nccl.h>

#include "tests/support/nccl_board.hpp"

namespace {

using namespace agsweep::testing_support;

std::atomic<int> live = 0;

}  // namespace

/// NCCL's handle. Work on a stream may outlive it, so that work shares it.
struct ncclComm : std::enable_shared_from_this<ncclComm> {
  ncclComm(int own_rank, int all, std::string name) : rank(own_rank), ranks(all), board(std::move(name), own_rank, all, aborted) { ++live; }
  ~ncclComm() { --live; }
  ncclComm(const ncclComm&) = delete;
  ncclComm& operator=(const ncclComm&) = delete;

  void start() {
    self = shared_from_this();
    later([this] { join(); });
    launcher = std::thread([this] { launch_all(); });
  }

  /// The handle is void from here on.
  void end(bool abort) {
    aborted = aborted || abort;
    {
      const std::lock_guard lock(mutex);
      closing = true;
    }
    wake.notify_one();
    launcher.join();
    { const std::lock_guard until_stopped(running); }
    self.reset();
  }

  ncclResult_t state() {
    const std::lock_guard lock(mutex);
    if (failure == ncclSuccess && board.failed()) failure = ncclRemoteError;
    if (failure != ncclSuccess) return failure;
    return waiting.empty() ? ncclSuccess : ncclInProgress;
  }

  ncclResult_t submit(std::vector<NcclOperation> operations) {
    const ncclResult_t now = state();
    if (now == ncclInProgress) return fail(ncclInvalidUsage, "a call before the one before it was on the stream");
    if (now != ncclSuccess) return now;
    const cudaStream_t stream = operations.front().stream;
    for (NcclOperation& operation : operations) operation.number = ++calls;
    later([this, stream, operations = std::move(operations)] {
      std::this_thread::sleep_for(std::chrono::milliseconds(has_fault(operations, "slow") ? 30 : 1));
      if (!connects(operations)) return;
      ++under_way;
      auto* const work = new std::function<void()>([own = shared_from_this(), operations] { own->run(operations); });
      const auto call = [](void* function) {
        const std::unique_ptr<std::function<void()>> owned(static_cast<std::function<void()>*>(function));
        (*owned)();
      };
      if (cudaLaunchHostFunc(stream, call, work) != cudaSuccess) {
        delete work;
        --under_way;
        fail(ncclUnhandledCudaError, "the stream is not valid");
      }
    });
    return ncclInProgress;
  }

  void finalise() {
    later([this] {
      while (under_way > 0 && !aborted) nap();
      guarded([&] { board.leave(); });
    });
  }

  ncclResult_t fail(ncclResult_t result, std::string words) {
    const std::lock_guard lock(mutex);
    if (failure == ncclSuccess) {
      failure = result;
      last_error = std::move(words);
    }
    board.fail();
    return failure;
  }

  const int rank;
  const int ranks;
  std::atomic<bool> aborted = false;
  NcclBoard board;
  std::string last_error;  // written once

 private:
  /// Has the launcher do it; until then the communicator is in progress.
  void later(std::function<void()> work) {
    {
      const std::lock_guard lock(mutex);
      waiting.push_back(std::move(work));
    }
    wake.notify_one();
  }

  void launch_all() {
    for (;;) {
      std::function<void()> work;
      {
        std::unique_lock lock(mutex);
        wake.wait(lock, [&] { return closing || !waiting.empty(); });
        if (waiting.empty() || aborted) return;
        work = waiting.front();
      }
      work();
      const std::lock_guard lock(mutex);
      waiting.pop_front();
    }
  }

  void join() {
    guarded([&] {
      connect(0);
      inject(0);
      board.join();
    });
  }

  /// On the stream.
  void run(const std::vector<NcclOperation>& operations) {
    const std::lock_guard lock(running);
    guarded([&] { board.run(operations, [&](const NcclOperation& operation) { inject(operation.number); }); });
    --under_way;
  }

  template <typename Work>
  void guarded(Work work) {
    try {
      work();
    } catch (const NcclBoardFailure& failed) {
      fail(failed.result, failed.words);
    } catch (NcclStopped) {
    }
  }

  /// Where the ranks find the way to each other, before the call is on the stream.
  void connect(long number) {
    const char* const text = std::getenv("AGSWEEP_NCCL_FAULT");
    const std::string fault = text != nullptr ? text : "";
    if (!fault.ends_with(fmt::format(":{}:memory", number))) return;
    if (fault.starts_with(fmt::format("{}:", rank))) {
      const std::lock_guard lock(mutex);
      waits_in_abort = true;
      failure = ncclUnhandledCudaError;
      last_error = "Failed to CUDA malloc 4194304 bytes";
    } else {
      while (!aborted) nap();
      board.fail();
    }
    throw NcclStopped();
  }

  /// @return false: the calls never come on the stream
  bool connects(const std::vector<NcclOperation>& operations) try {
    for (const NcclOperation& operation : operations) connect(operation.number);
    return true;
  } catch (NcclStopped) {
    return false;
  }

  std::string fault_at(long number) const {
    const char* const text = std::getenv("AGSWEEP_NCCL_FAULT");
    const std::string here = fmt::format("{}:{}:", rank, number);
    return text != nullptr && std::string(text).starts_with(here) ? std::string(text).substr(here.size()) : std::string();
  }

  bool has_fault(const std::vector<NcclOperation>& operations, const char* kind) const {
    return std::ranges::any_of(operations, [&](const NcclOperation& operation) { return fault_at(operation.number) == kind; });
  }

  void inject(long number) {
    const std::string fault = fault_at(number);
    if (fault == "exit") _exit(9);
    if (fault == "error") {
      throw NcclBoardFailure{ncclSystemError, fmt::format("injected at call {}", number)};
    }
    hangs_in_abort = hangs_in_abort || fault == "hang_abort";
    if (fault == "stall" || fault == "hang_abort") {
      while (!aborted) nap();
      throw NcclStopped();
    }
  }

 public:
  bool hangs_in_the_end() const {
    const char* const text = std::getenv("AGSWEEP_NCCL_FAULT");
    return text != nullptr && std::string(text) == fmt::format("{}:0:hang_end", rank);
  }

  std::atomic<bool> hangs_in_abort = false;
  std::atomic<bool> waits_in_abort = false;  // for another rank's

 private:
  std::mutex mutex;  // of what follows
  std::condition_variable wake;
  std::deque<std::function<void()>> waiting;
  bool closing = false;
  ncclResult_t failure = ncclSuccess;

  std::mutex running;  // held while a call runs on a stream
  std::atomic<int> under_way = 0;
  long calls = 0;
  std::thread launcher;
  std::shared_ptr<ncclComm> self;  // the handle's
};

namespace agsweep::testing_support {

int live_nccl_communicators() { return live; }

}  // namespace agsweep::testing_support

namespace {

thread_local int depth = 0;
thread_local std::vector<std::pair<ncclComm*, NcclOperation>> grouped;

ncclResult_t submit(ncclComm* comm, const NcclOperation& operation) {
  if (depth == 0) return comm->submit({operation});
  grouped.emplace_back(comm, operation);
  return ncclSuccess;
}

}  // namespace

ncclResult_t ncclGetVersion(int* version) {
  *version = NCCL_VERSION_CODE;
  return ncclSuccess;
}

const char* ncclGetErrorString(ncclResult_t result) {
  switch (result) {
    case ncclSuccess:
      return "no error";
    case ncclInProgress:
      return "operation in progress";
    case ncclUnhandledCudaError:
      return "unhandled cuda error";
    case ncclRemoteError:
      return "remote process exited or there was a network error";
    case ncclInvalidUsage:
      return "invalid usage";
    case ncclInvalidArgument:
      return "invalid argument";
    default:
      return "unhandled system error";
  }
}

const char* ncclGetLastError(ncclComm_t comm) { return comm != nullptr ? comm->last_error.c_str() : ""; }

ncclResult_t ncclGetUniqueId(ncclUniqueId* id) {
  static std::atomic<int> made = 0;
  *id = {};
  fmt::format_to_n(id->internal, sizeof id->internal - 1, "/agsweep.nccl.{}.{}", getpid(), ++made);
  return ncclSuccess;
}

ncclResult_t ncclCommInitRankConfig(ncclComm_t* comm, int ranks, ncclUniqueId id, int rank, ncclConfig_t* config) {
  if (ranks < 1 || ranks > NcclBoard::max_ranks || rank < 0 || rank >= ranks || config->blocking != 0) return ncclInvalidArgument;
  try {
    const auto made = std::make_shared<ncclComm>(rank, ranks, id.internal);
    made->start();
    *comm = made.get();
    return ncclInProgress;
  } catch (const NcclBoardFailure& failed) {
    return failed.result;
  }
}

ncclResult_t ncclCommGetAsyncError(ncclComm_t comm, ncclResult_t* state) {
  *state = comm->state();
  return ncclSuccess;
}

ncclResult_t ncclCommFinalize(ncclComm_t comm) {
  comm->finalise();
  return ncclInProgress;
}

ncclResult_t ncclCommDestroy(ncclComm_t comm) {
  while (comm->hangs_in_the_end()) nap();
  comm->end(/*abort=*/false);
  return ncclSuccess;
}

ncclResult_t ncclCommAbort(ncclComm_t comm) {
  while (comm->hangs_in_abort || (comm->waits_in_abort && !comm->board.failed())) nap();
  comm->end(/*abort=*/true);
  return ncclSuccess;
}

ncclResult_t ncclGroupStart() {
  ++depth;
  return ncclSuccess;
}

ncclResult_t ncclGroupEnd() {
  if (depth == 0) return ncclInvalidUsage;
  if (--depth > 0 || grouped.empty()) return ncclSuccess;
  std::vector<NcclOperation> operations;
  for (const auto& [comm, operation] : grouped) operations.push_back(operation);
  ncclComm* const comm = grouped.front().first;  // the double's groups are one communicator's
  grouped.clear();
  return comm->submit(std::move(operations));
}

ncclResult_t ncclAllReduce(const void* in, void* out, std::size_t count, ncclDataType_t type, ncclRedOp_t op, ncclComm_t comm,
                           cudaStream_t stream) {
  if (op != ncclSum) return ncclInvalidArgument;
  return submit(comm, {{NcclCall::all_reduce, type, count, 0}, in, out, stream, 0});
}

ncclResult_t ncclSend(const void* in, std::size_t count, ncclDataType_t type, int peer, ncclComm_t comm, cudaStream_t stream) {
  if (peer < 0 || peer >= comm->ranks) return ncclInvalidArgument;
  return submit(comm, {{NcclCall::send, type, count, peer}, in, nullptr, stream, 0});
}

ncclResult_t ncclRecv(void* out, std::size_t count, ncclDataType_t type, int peer, ncclComm_t comm, cudaStream_t stream) {
  if (peer < 0 || peer >= comm->ranks) return ncclInvalidArgument;
  return submit(comm, {{NcclCall::receive, type, count, peer}, nullptr, out, stream, 0});
}
