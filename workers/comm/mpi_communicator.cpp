#include "workers/comm/mpi_communicator.hpp"

#include <algorithm>  // std::min, std::max
#include <array>
#include <chrono>
#include <cstring>  // std::strnlen

#include "base/error.hpp"
#include "workers/comm/wait.hpp"

namespace agsweep {

namespace {

constexpr std::size_t node_name_bytes = 64;
constexpr int message_tag = 0;
constexpr int meeting_tag = 1;
constexpr int alarm_tag = 2;

/// From here on ranks meet (asleep) before a message, so that they may spin while it travels: naps in between made 44 MB take 530 ms
/// instead of 13 where MPI copies through shared memory in small fragments (measured).
constexpr std::size_t long_message_bytes = 64 << 10;

/// "rank 3 (node n2)" and so on, by rank. Collective over comm.
std::vector<std::string> rank_names(MPI_Comm comm, int size, double timeout_seconds) {
  std::array<char, MPI_MAX_PROCESSOR_NAME> own{};
  int length = 0;
  AGSWEEP_MPI(MPI_Get_processor_name(own.data(), &length));
  std::vector<char> all(node_name_bytes * static_cast<std::size_t>(size));
  MPI_Request request = MPI_REQUEST_NULL;
  AGSWEEP_MPI(MPI_Iallgather(own.data(), node_name_bytes, MPI_CHAR, all.data(), node_name_bytes, MPI_CHAR, comm, &request));
  if (!wait_all({&request, 1}, {}, timeout_seconds)) {
    throw RankFailure("a rank has not answered for {:g} s while the job set up its communication", timeout_seconds);
  }
  std::vector<std::string> names;
  for (int rank = 0; rank < size; ++rank) {
    const char* const node = &all[static_cast<std::size_t>(rank) * node_name_bytes];
    names.push_back(fmt::format("rank {} (node {})", rank, std::string_view(node, ::strnlen(node, node_name_bytes))));
  }
  return names;
}

std::size_t pieces(std::size_t bytes, std::size_t piece) { return std::max<std::size_t>(1, (bytes + piece - 1) / piece); }

template <typename Byte>
std::span<Byte> piece_of(std::span<Byte> bytes, std::size_t index, std::size_t piece) {
  return bytes.subspan(index * piece, std::min(piece, bytes.size() - index * piece));
}

}  // namespace

MpiCommunicator::MpiCommunicator(MPI_Comm parent, Options options, std::shared_ptr<std::atomic<bool>> broken)
    : options_(std::move(options)), broken_(std::move(broken)) {
  guarded([&] {
    comm_ = MpiComm::dup(parent, options_.timeout_seconds);
    AGSWEEP_MPI(MPI_Comm_rank(comm_.get(), &rank_));
    AGSWEEP_MPI(MPI_Comm_size(comm_.get(), &size_));
    names_ = rank_names(comm_.get(), size_, options_.timeout_seconds);
    if (options_.watchdog) watchdog_.emplace(comm_.get(), progress_, names_, options_.timeout_seconds, options_.advice);
  });
}

MpiCommunicator::~MpiCommunicator() {
  if (failed_) comm_.release();
}

template <typename Work>
void MpiCommunicator::guarded(Work work) {
  if (failed_) throw RankFailure("rank {}: this group's communication has failed before", rank_);
  try {
    work();
  } catch (...) {
    failed_ = true;
    broken_->store(true);
    throw;
  }
}

void MpiCommunicator::meet(int partner, std::size_t bytes) {
  if (bytes < long_message_bytes) return;
  std::array<MPI_Request, 2> requests = {MPI_REQUEST_NULL, MPI_REQUEST_NULL};
  if (partner < 0) {
    AGSWEEP_MPI(MPI_Ibarrier(comm_.get(), requests.data()));
  } else {
    AGSWEEP_MPI(MPI_Irecv(nullptr, 0, MPI_BYTE, partner, meeting_tag, comm_.get(), &requests[0]));
    AGSWEEP_MPI(MPI_Isend(nullptr, 0, MPI_BYTE, partner, meeting_tag, comm_.get(), &requests[1]));
  }
  wait(requests, {}, partner, 0);
}

void MpiCommunicator::wait(std::span<MPI_Request> requests, std::span<MPI_Status> statuses, int partner, std::size_t bytes) {
  // MPI carries a long message only inside of tests, so all spin while it travels: at 200 bytes a microsecond, slower than most networks.
  const std::chrono::microseconds spin(50 + (bytes < long_message_bytes ? 0 : bytes / 200));
  // With a watchdog this is the last resort, for when the watchdog itself fails: a rank that advances may be waited for.
  const double patience = options_.timeout_seconds * (watchdog_ ? 10 : 1);
  progress_.start_waiting();
  if (!wait_all(requests, statuses, patience, spin)) {
    const Progress::Place place = progress_.place();
    throw RankFailure("{} has not answered for {:g} s in {}", partner < 0 ? "a rank" : name(partner), patience,
                      describe(place.phase, place.number));
  }
  progress_.end_waiting();
}

void MpiCommunicator::transfer(int partner, std::span<const std::byte> out, std::span<std::byte> in, bool sends, bool receives) {
  const std::size_t piece = options_.piece_bytes;
  const std::size_t longest = std::min(piece, std::max(out.size(), in.size()));
  meet(partner, longest);
  const std::size_t rounds = std::max(sends ? pieces(out.size(), piece) : 0, receives ? pieces(in.size(), piece) : 0);
  for (std::size_t i = 0; i < rounds; ++i) {
    std::array<MPI_Request, 2> requests = {MPI_REQUEST_NULL, MPI_REQUEST_NULL};
    std::array<MPI_Status, 2> statuses{};
    std::size_t expected = 0;
    if (receives && i < pieces(in.size(), piece)) {
      const auto part = piece_of(in, i, piece);
      expected = part.size();
      AGSWEEP_MPI(MPI_Irecv(part.data(), static_cast<int>(part.size()), MPI_BYTE, partner, message_tag, comm_.get(), &requests[0]));
    }
    if (sends && i < pieces(out.size(), piece)) {
      const auto part = piece_of(out, i, piece);
      AGSWEEP_MPI(MPI_Isend(part.data(), static_cast<int>(part.size()), MPI_BYTE, partner, message_tag, comm_.get(), &requests[1]));
    }
    const bool awaits_message = requests[0] != MPI_REQUEST_NULL;
    wait(requests, statuses, partner, longest);
    if (!awaits_message) continue;
    int received = 0;
    AGSWEEP_MPI(MPI_Get_count(statuses.data(), MPI_BYTE, &received));
    if (static_cast<std::size_t>(received) != expected) {
      throw RankFailure("{} sent {} bytes where rank {} expected {}", name(partner), received, rank_, expected);
    }
  }
}

void MpiCommunicator::send(int to, std::span<const std::byte> message) {
  guarded([&] { transfer(to, message, {}, true, false); });
}

void MpiCommunicator::receive(int from, std::span<std::byte> message) {
  guarded([&] { transfer(from, {}, message, false, true); });
}

void MpiCommunicator::exchange(int partner, std::span<const std::byte> out, std::span<std::byte> in) {
  guarded([&] { transfer(partner, out, in, true, true); });
}

void MpiCommunicator::alarm() {
  guarded([&] {
    const std::int64_t& after = alarms_.emplace_back(collectives_);
    for (int other = 0; other < size_; ++other) {
      if (other == rank_) continue;
      MPI_Request request = MPI_REQUEST_NULL;
      AGSWEEP_MPI(MPI_Isend(&after, 1, MPI_INT64_T, other, alarm_tag, comm_.get(), &request));
      AGSWEEP_MPI(MPI_Request_free(&request));  // a rank that does not read it holds nobody up
    }
  });
}

bool MpiCommunicator::alarmed() {
  guarded([&] {
    for (;;) {
      int arrived = 0;
      MPI_Status status{};
      AGSWEEP_MPI(MPI_Iprobe(MPI_ANY_SOURCE, alarm_tag, comm_.get(), &arrived, &status));
      if (arrived == 0) return;
      std::int64_t after = 0;
      AGSWEEP_MPI(MPI_Recv(&after, 1, MPI_INT64_T, status.MPI_SOURCE, alarm_tag, comm_.get(), MPI_STATUS_IGNORE));
      alarmed_after_ = std::max(alarmed_after_, after);
    }
  });
  return alarmed_after_ >= collectives_;
}

template <typename Work>
void MpiCommunicator::collective(Work work) {
  guarded(work);
  ++collectives_;
}

template <typename T>
void MpiCommunicator::all_reduce(std::span<T> values, MPI_Datatype type, MPI_Op op) {
  collective([&] {
    const std::size_t piece = options_.piece_bytes / sizeof(T);
    meet(-1, values.size_bytes());
    for (std::size_t i = 0; i < pieces(values.size(), piece); ++i) {
      const auto part = piece_of(values, i, piece);
      MPI_Request request = MPI_REQUEST_NULL;
      AGSWEEP_MPI(MPI_Iallreduce(MPI_IN_PLACE, part.data(), static_cast<int>(part.size()), type, op, comm_.get(), &request));
      wait({&request, 1}, {}, -1, part.size_bytes());
    }
  });
}

void MpiCommunicator::all_reduce_sum(std::span<float> values) { all_reduce(values, MPI_FLOAT, MPI_SUM); }
void MpiCommunicator::all_reduce_sum(std::span<double> values) { all_reduce(values, MPI_DOUBLE, MPI_SUM); }
void MpiCommunicator::all_reduce_sum(std::span<std::int64_t> values) { all_reduce(values, MPI_INT64_T, MPI_SUM); }
void MpiCommunicator::all_reduce_max(std::span<std::int64_t> values) { all_reduce(values, MPI_INT64_T, MPI_MAX); }

void MpiCommunicator::broadcast(int root, std::span<std::byte> bytes) {
  collective([&] {
    meet(-1, bytes.size());
    for (std::size_t i = 0; i < pieces(bytes.size(), options_.piece_bytes); ++i) {
      const auto part = piece_of(bytes, i, options_.piece_bytes);
      MPI_Request request = MPI_REQUEST_NULL;
      AGSWEEP_MPI(MPI_Ibcast(part.data(), static_cast<int>(part.size()), MPI_BYTE, root, comm_.get(), &request));
      wait({&request, 1}, {}, rank_ == root ? -1 : root, part.size());
    }
  });
}

void MpiCommunicator::barrier() {
  collective([&] {
    MPI_Request request = MPI_REQUEST_NULL;
    AGSWEEP_MPI(MPI_Ibarrier(comm_.get(), &request));
    wait({&request, 1}, {}, -1, 0);
  });
}

}  // namespace agsweep
