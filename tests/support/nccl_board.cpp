#include "tests/support/nccl_board.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <thread>

#include <fmt/format.h>

namespace agsweep::testing_support {

namespace {

constexpr std::size_t slot_bytes = 1 << 18;
constexpr std::size_t mail_bytes = 1 << 16;

/// A message's part on its way from one rank to another.
struct Mail {
  std::atomic<bool> full;
  std::size_t total;  // of the message
  std::array<std::byte, mail_bytes> part;
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

std::size_t size_of(const NcclOperation& operation) { return operation.call.count * bytes_of(operation.call.type); }

std::string in_words(const NcclCall& call) {
  constexpr std::array names = {"all-reduce", "send", "receive"};
  return fmt::format("{} of {} values of type {}", names[static_cast<std::size_t>(call.kind)], call.count, static_cast<int>(call.type));
}

/// Whether an earlier message of the same way is not through yet.
bool waits_behind(const std::vector<NcclOperation>& messages, const std::vector<std::size_t>& done, std::size_t at) {
  for (std::size_t i = 0; i < at; ++i) {
    const bool same_way = messages[i].call.kind == messages[at].call.kind && messages[i].call.peer == messages[at].call.peer;
    if (same_way && done[i] < size_of(messages[i])) return true;
  }
  return false;
}

}  // namespace

/// In shared memory, which starts as zeros.
struct NcclBoard::Memory {
  std::atomic<int> joined, left;
  std::atomic<unsigned> arrived, round;  // of the barrier
  std::atomic<bool> failed;              // a rank has said so
  std::array<NcclCall, max_ranks> calls;
  std::array<std::array<std::byte, slot_bytes>, max_ranks> slots;
  std::array<std::array<Mail, max_ranks>, max_ranks> mail;  // [from][to]
};

void nap() { std::this_thread::sleep_for(std::chrono::microseconds(20)); }

NcclBoard::NcclBoard(std::string name, int rank, int ranks, const std::atomic<bool>& aborted)
    : name_(std::move(name)), rank_(rank), ranks_(ranks), aborted_(aborted) {
  const int file = shm_open(name_.c_str(), O_CREAT | O_RDWR, 0600);
  if (file < 0 || ftruncate(file, sizeof(Memory)) != 0) throw NcclBoardFailure{ncclSystemError, "shared memory"};
  memory_ = static_cast<Memory*>(mmap(nullptr, sizeof(Memory), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
  close(file);
}

NcclBoard::~NcclBoard() {
  munmap(memory_, sizeof(Memory));
  shm_unlink(name_.c_str());  // where the set-up did not come to it
}

void NcclBoard::join() {
  ++memory_->joined;
  until([&] { return memory_->joined == ranks_; });
  if (rank_ == 0) shm_unlink(name_.c_str());
}

void NcclBoard::leave() {
  ++memory_->left;
  until([&] { return memory_->left == ranks_; });
}

void NcclBoard::fail() { memory_->failed = true; }
bool NcclBoard::failed() const { return memory_->failed; }

template <typename Condition>
void NcclBoard::until(Condition condition) {
  while (!condition()) {
    if (aborted_ || memory_->failed) throw NcclStopped();
    nap();
  }
}

void NcclBoard::meet() {
  const unsigned round = memory_->round;
  if (memory_->arrived.fetch_add(1) + 1 == static_cast<unsigned>(ranks_)) {
    memory_->arrived = 0;
    ++memory_->round;
  } else {
    until([&] { return memory_->round != round; });
  }
}

std::byte* NcclBoard::slot(int of) { return memory_->slots[static_cast<std::size_t>(of)].data(); }

void NcclBoard::run(const std::vector<NcclOperation>& operations, const std::function<void(const NcclOperation&)>& before) {
  if (aborted_) throw NcclStopped();
  std::vector<NcclOperation> messages;
  for (const NcclOperation& operation : operations) {
    before(operation);
    if (operation.call.kind == NcclCall::send || operation.call.kind == NcclCall::receive) {
      messages.push_back(operation);
    } else {
      agree(operation);
      reduce(operation);
    }
  }
  exchange(messages);
}

void NcclBoard::agree(const NcclOperation& operation) {
  memory_->calls[static_cast<std::size_t>(rank_)] = operation.call;
  meet();
  for (int other = 0; other < ranks_; ++other) {
    const NcclCall& theirs = memory_->calls[static_cast<std::size_t>(other)];
    if (theirs == operation.call) continue;
    throw NcclBoardFailure{ncclInvalidUsage, fmt::format("call {} differs: rank {} has the {}, rank {} the {}", operation.number, rank_,
                                                         in_words(operation.call), other, in_words(theirs))};
  }
  meet();
}

template <typename T>
void NcclBoard::reduce_as(const NcclOperation& operation) {
  constexpr std::size_t piece = slot_bytes / sizeof(T);
  for (std::size_t at = 0; at < operation.call.count; at += piece) {
    const std::size_t count = std::min(piece, operation.call.count - at);
    std::memcpy(slot(rank_), static_cast<const T*>(operation.in) + at, count * sizeof(T));
    meet();
    T* const out = static_cast<T*>(operation.out) + at;
    std::fill_n(out, count, T{});
    for (int from = 0; from < ranks_; ++from) {
      const T* const theirs = reinterpret_cast<const T*>(slot(from));
      for (std::size_t i = 0; i < count; ++i) out[i] += theirs[i];
    }
    meet();
  }
}

void NcclBoard::reduce(const NcclOperation& operation) {
  switch (operation.call.type) {
    case ncclFloat32:
      return reduce_as<float>(operation);
    case ncclFloat64:
      return reduce_as<double>(operation);
    case ncclInt64:
      return reduce_as<long>(operation);
    default:
      throw NcclBoardFailure{ncclInvalidArgument, "a type that the double cannot add"};
  }
}

/// One group's messages, all on their way at once.
void NcclBoard::exchange(const std::vector<NcclOperation>& messages) {
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
    if (aborted_ || memory_->failed) throw NcclStopped();
    if (!moved && !all) nap();
  }
}

/// @return the bytes that went, or came
std::size_t NcclBoard::move_part(const NcclOperation& message, std::size_t done) {
  const std::size_t total = size_of(message);
  const bool sends = message.call.kind == NcclCall::send;
  const auto own = static_cast<std::size_t>(rank_);
  const auto peer = static_cast<std::size_t>(message.call.peer);
  Mail& mail = sends ? memory_->mail[own][peer] : memory_->mail[peer][own];
  if (mail.full == sends) return 0;
  if (!sends && mail.total != total) {
    throw NcclBoardFailure{ncclInvalidUsage, fmt::format("call {}: rank {} sends {} bytes, rank {} receives {}", message.number, peer,
                                                         mail.total, own, total)};
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

}  // namespace agsweep::testing_support
