// NCCL's calls between processes of one machine over shared host memory, for tests of NCCL code without a GPU. A call returns
// ncclInProgress and comes on its stream (tests/support/fake_cuda_runtime.hpp) a moment later, as a communicator's that does not block.
//
// AGSWEEP_NCCL_FAULT=RANK:CALL:KIND injects a fault at a rank's n-th call, from 1; 0 is the set-up. Kinds:
//   error       the call fails on this rank, and as a remote error on the others
//   stall       the rank does not take part until it aborts; nobody is told
//   exit        the process ends; nobody is told
//   slow        NCCL takes 30 ms to bring the call on the stream
//   hang_abort  as stall, and ncclCommAbort does not come back either
// Ranks whose calls differ are told so, with both calls in words, where NCCL would hang or compute nonsense.
#include "tests/support/nccl_double.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <nccl.h>

namespace {

constexpr int max_ranks = 8;
constexpr std::size_t slot_bytes = 1 << 18;
constexpr std::size_t mail_bytes = 1 << 16;

enum class Kind { all_reduce, broadcast, send, receive };

/// What ranks must agree on.
struct Call {
  Kind kind;
  ncclDataType_t type;
  std::size_t count;
  int peer;  // or root

  bool operator==(const Call&) const = default;
};

struct Operation {
  Call call;
  const void* in;
  void* out;
  cudaStream_t stream;
  long number;  // of the rank's calls
};

/// A message's part on its way from one rank to another.
struct Mail {
  std::atomic<bool> full;
  std::size_t total;  // of the message
  std::array<std::byte, mail_bytes> part;
};

/// In shared memory, which starts as zeros.
struct Board {
  std::atomic<int> joined, left;
  std::atomic<unsigned> arrived, round;  // of the barrier
  std::atomic<bool> failed;              // a rank has said so
  std::array<Call, max_ranks> calls;
  std::array<std::array<std::byte, slot_bytes>, max_ranks> slots;
  std::array<std::array<Mail, max_ranks>, max_ranks> mail;  // [from][to]
};

std::size_t bytes_of(ncclDataType_t type) {
  switch (type) {
    case ncclInt8:
    case ncclUint8:
      return 1;
    case ncclFloat16:
    case ncclBfloat16:
      return 2;
    case ncclInt32:
    case ncclUint32:
    case ncclFloat32:
      return 4;
    default:
      return 8;
  }
}

std::size_t size_of(const Operation& operation) { return operation.call.count * bytes_of(operation.call.type); }

std::string in_words(const Call& call) {
  constexpr std::array names = {"all-reduce", "broadcast", "send", "receive"};
  return fmt::format("{} of {} values of type {}", names[static_cast<std::size_t>(call.kind)], call.count, static_cast<int>(call.type));
}

void nap() { std::this_thread::sleep_for(std::chrono::microseconds(20)); }

std::atomic<int> live = 0;

struct Stopped {};  // by an abort or a failure, here or at another rank

}  // namespace

/// NCCL's handle. Work on a stream may outlive it, so that work shares it.
struct ncclComm : std::enable_shared_from_this<ncclComm> {
  ncclComm(int own_rank, int all, std::string board_name) : rank(own_rank), ranks(all), name(std::move(board_name)) { ++live; }
  ~ncclComm() {
    if (board != nullptr) munmap(board, sizeof(Board));
    shm_unlink(name.c_str());  // where the set-up did not come to it
    --live;
  }
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
    if (failure == ncclSuccess && board != nullptr && board->failed) failure = ncclRemoteError;
    if (failure != ncclSuccess) return failure;
    return waiting.empty() ? ncclSuccess : ncclInProgress;
  }

  ncclResult_t submit(std::vector<Operation> operations) {
    const ncclResult_t now = state();
    if (now == ncclInProgress) return fail(ncclInvalidUsage, "a call before the one before it was on the stream");
    if (now != ncclSuccess) return now;
    const cudaStream_t stream = operations.front().stream;
    for (Operation& operation : operations) operation.number = ++calls;
    later([this, stream, operations = std::move(operations)] {
      std::this_thread::sleep_for(std::chrono::milliseconds(has_fault(operations, "slow") ? 30 : 1));
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
      until([&] { return under_way == 0; });
      ++board->left;
      until([&] { return board->left == ranks; });
    });
  }

  ncclResult_t fail(ncclResult_t result, std::string words) {
    const std::lock_guard lock(mutex);
    if (failure == ncclSuccess) {
      failure = result;
      last_error = std::move(words);
    }
    if (board != nullptr) board->failed = true;
    return failure;
  }

  const int rank;
  const int ranks;
  const std::string name;
  std::atomic<bool> aborted = false;
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
      try {
        work();
      } catch (Stopped) {
        if (aborted) return;
      }
      const std::lock_guard lock(mutex);
      waiting.pop_front();
    }
  }

  void join() {
    const int file = shm_open(name.c_str(), O_CREAT | O_RDWR, 0600);
    if (file < 0 || ftruncate(file, sizeof(Board)) != 0) {
      fail(ncclSystemError, "shared memory");
      return;
    }
    void* const memory = mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    {
      const std::lock_guard lock(mutex);
      board = static_cast<Board*>(memory);
    }
    inject(0);
    ++board->joined;
    until([&] { return board->joined == ranks; });
    if (rank == 0) shm_unlink(name.c_str());
  }

  /// On the stream.
  void run(const std::vector<Operation>& operations) {
    const std::lock_guard lock(running);
    try {
      if (aborted) throw Stopped();
      std::vector<Operation> messages;
      for (const Operation& operation : operations) {
        inject(operation.number);
        if (operation.call.kind == Kind::send || operation.call.kind == Kind::receive) {
          messages.push_back(operation);
        } else {
          agree(operation);
          operation.call.kind == Kind::broadcast ? broadcast(operation) : reduce(operation);
        }
      }
      exchange(messages);
    } catch (Stopped) {
    }
    --under_way;
  }

  template <typename Condition>
  void until(Condition condition) {
    while (!condition()) {
      if (aborted || board->failed) throw Stopped();
      nap();
    }
  }

  void meet() {
    const unsigned round = board->round;
    if (board->arrived.fetch_add(1) + 1 == static_cast<unsigned>(ranks)) {
      board->arrived = 0;
      ++board->round;
    } else {
      until([&] { return board->round != round; });
    }
  }

  void agree(const Operation& operation) {
    board->calls[static_cast<std::size_t>(rank)] = operation.call;
    meet();
    for (int other = 0; other < ranks; ++other) {
      const Call& theirs = board->calls[static_cast<std::size_t>(other)];
      if (theirs == operation.call) continue;
      fail(ncclInvalidUsage, fmt::format("call {} differs: rank {} has the {}, rank {} the {}", operation.number, rank,
                                         in_words(operation.call), other, in_words(theirs)));
      throw Stopped();
    }
    meet();
  }

  std::byte* slot(int of) { return board->slots[static_cast<std::size_t>(of)].data(); }

  void reduce(const Operation& operation) {
    switch (operation.call.type) {
      case ncclFloat32:
        return reduce<float>(operation);
      case ncclFloat64:
        return reduce<double>(operation);
      case ncclInt64:
        return reduce<long>(operation);
      default:
        fail(ncclInvalidArgument, "a type that the double cannot add");
    }
  }

  template <typename T>
  void reduce(const Operation& operation) {
    constexpr std::size_t piece = slot_bytes / sizeof(T);
    for (std::size_t at = 0; at < operation.call.count; at += piece) {
      const std::size_t count = std::min(piece, operation.call.count - at);
      std::memcpy(slot(rank), static_cast<const T*>(operation.in) + at, count * sizeof(T));
      meet();
      T* const out = static_cast<T*>(operation.out) + at;
      std::fill_n(out, count, T{});
      for (int from = 0; from < ranks; ++from) {
        const T* const theirs = reinterpret_cast<const T*>(slot(from));
        for (std::size_t i = 0; i < count; ++i) out[i] += theirs[i];
      }
      meet();
    }
  }

  void broadcast(const Operation& operation) {
    const std::size_t bytes = size_of(operation);
    const int root = operation.call.peer;
    for (std::size_t at = 0; at < bytes; at += slot_bytes) {
      const std::size_t count = std::min(slot_bytes, bytes - at);
      if (rank == root) std::memcpy(slot(root), static_cast<const std::byte*>(operation.in) + at, count);
      meet();
      std::memcpy(static_cast<std::byte*>(operation.out) + at, slot(root), count);
      meet();
    }
  }

  /// One group's messages, all on their way at once.
  void exchange(const std::vector<Operation>& messages) {
    std::vector<std::size_t> done(messages.size(), 0);
    for (bool all = false; !all;) {
      all = true;
      bool moved = false;
      for (std::size_t i = 0; i < messages.size(); ++i) {
        if (done[i] == size_of(messages[i])) continue;
        all = false;
        if (waits_behind(messages, done, i)) continue;
        const std::size_t part = move_part(messages[i], done[i]);
        done[i] += part;
        moved = moved || part > 0;
      }
      if (aborted || board->failed) throw Stopped();
      if (!moved && !all) nap();
    }
  }

  /// Whether an earlier message of the same way is not through yet.
  static bool waits_behind(const std::vector<Operation>& messages, const std::vector<std::size_t>& done, std::size_t at) {
    for (std::size_t i = 0; i < at; ++i) {
      const bool same_way = messages[i].call.kind == messages[at].call.kind && messages[i].call.peer == messages[at].call.peer;
      if (same_way && done[i] < size_of(messages[i])) return true;
    }
    return false;
  }

  /// @return the bytes that went, or came
  std::size_t move_part(const Operation& message, std::size_t done) {
    const std::size_t total = size_of(message);
    const bool sends = message.call.kind == Kind::send;
    const auto own = static_cast<std::size_t>(rank);
    const auto peer = static_cast<std::size_t>(message.call.peer);
    Mail& mail = sends ? board->mail[own][peer] : board->mail[peer][own];
    if (mail.full == sends) return 0;
    if (!sends && mail.total != total) {
      fail(ncclInvalidUsage,
           fmt::format("call {}: rank {} sends {} bytes, rank {} receives {}", message.number, peer, mail.total, own, total));
      throw Stopped();
    }
    const std::size_t part = std::min(mail_bytes, total - done);
    if (sends) {
      std::memcpy(mail.part.data(), static_cast<const std::byte*>(message.in) + done, part);
      mail.total = total;
    } else {
      std::memcpy(static_cast<std::byte*>(message.out) + done, mail.part.data(), part);
    }
    mail.full = sends;
    return part;
  }

  std::string fault_at(long number) const {
    const char* const text = std::getenv("AGSWEEP_NCCL_FAULT");
    const std::string here = fmt::format("{}:{}:", rank, number);
    return text != nullptr && std::string(text).starts_with(here) ? std::string(text).substr(here.size()) : std::string();
  }

  bool has_fault(const std::vector<Operation>& operations, const char* kind) const {
    return std::ranges::any_of(operations, [&](const Operation& operation) { return fault_at(operation.number) == kind; });
  }

  void inject(long number) {
    const std::string fault = fault_at(number);
    if (fault == "exit") _exit(9);
    if (fault == "error") {
      fail(ncclSystemError, fmt::format("injected at call {}", number));
      throw Stopped();
    }
    hangs_in_abort = hangs_in_abort || fault == "hang_abort";
    if (fault == "stall" || fault == "hang_abort") {
      while (!aborted) nap();
      throw Stopped();
    }
  }

 public:
  std::atomic<bool> hangs_in_abort = false;

 private:
  std::mutex mutex;  // of what follows
  std::condition_variable wake;
  std::deque<std::function<void()>> waiting;
  bool closing = false;
  ncclResult_t failure = ncclSuccess;
  Board* board = nullptr;

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
thread_local std::vector<std::pair<ncclComm*, Operation>> grouped;

ncclResult_t submit(ncclComm* comm, const Operation& operation) {
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
  if (ranks < 1 || ranks > max_ranks || rank < 0 || rank >= ranks || config->blocking != 0) return ncclInvalidArgument;
  const auto made = std::make_shared<ncclComm>(rank, ranks, id.internal);
  made->start();
  *comm = made.get();
  return ncclInProgress;
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
  comm->end(/*abort=*/false);
  return ncclSuccess;
}

ncclResult_t ncclCommAbort(ncclComm_t comm) {
  while (comm->hangs_in_abort) nap();
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
  std::vector<Operation> operations;
  for (const auto& [comm, operation] : grouped) operations.push_back(operation);
  ncclComm* const comm = grouped.front().first;  // the double's groups are one communicator's
  grouped.clear();
  return comm->submit(std::move(operations));
}

ncclResult_t ncclAllReduce(const void* in, void* out, std::size_t count, ncclDataType_t type, ncclRedOp_t op, ncclComm_t comm,
                           cudaStream_t stream) {
  if (op != ncclSum) return ncclInvalidArgument;
  return submit(comm, {{Kind::all_reduce, type, count, 0}, in, out, stream, 0});
}

ncclResult_t ncclBroadcast(const void* in, void* out, std::size_t count, ncclDataType_t type, int root, ncclComm_t comm,
                           cudaStream_t stream) {
  return submit(comm, {{Kind::broadcast, type, count, root}, in, out, stream, 0});
}

ncclResult_t ncclSend(const void* in, std::size_t count, ncclDataType_t type, int peer, ncclComm_t comm, cudaStream_t stream) {
  if (peer < 0 || peer >= comm->ranks) return ncclInvalidArgument;
  return submit(comm, {{Kind::send, type, count, peer}, in, nullptr, stream, 0});
}

ncclResult_t ncclRecv(void* out, std::size_t count, ncclDataType_t type, int peer, ncclComm_t comm, cudaStream_t stream) {
  if (peer < 0 || peer >= comm->ranks) return ncclInvalidArgument;
  return submit(comm, {{Kind::receive, type, count, peer}, nullptr, out, stream, 0});
}
