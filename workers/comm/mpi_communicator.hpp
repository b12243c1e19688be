#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "workers/comm/communicator.hpp"
#include "workers/comm/mpi_handle.hpp"
#include "workers/comm/progress.hpp"
#include "workers/comm/watchdog.hpp"

namespace agsweep {

/// A group of ranks over MPI. Every wait is a test loop over non-blocking calls (wait.hpp), under a deadline that counts from its start;
/// with a watchdog, that ends a hang within the timeout, and waits for a rank that advances have ten times as long.
///
/// Once a method has thrown, messages may still be under way: the communicator refuses further calls, its MPI handle is never freed, and
/// `broken` tells the owner of the job that the only way out is MPI_Abort.
class MpiCommunicator final : public Communicator {
 public:
  struct Options {
    double timeout_seconds = 300;
    std::size_t piece_bytes = std::size_t{1} << 30;  // MPI counts are ints, so longer messages travel in pieces
    bool watchdog = false;
    std::string advice;  // the watchdog's last words: how to go on
  };

  /// Collective over parent. @param broken  shared with the job; set when a call has failed
  MpiCommunicator(MPI_Comm parent, Options options, std::shared_ptr<std::atomic<bool>> broken);
  ~MpiCommunicator() override;

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  void at(std::string_view phase, std::int64_t number) override { progress_.at(phase, number); }
  void checkpointed(std::int64_t step) override { progress_.checkpointed(step); }
  void send(int to, std::span<const std::byte> message) override;
  void receive(int from, std::span<std::byte> message) override;
  void exchange(int partner, std::span<const std::byte> out, std::span<std::byte> in) override;
  void alarm() override;
  bool alarmed() override;
  void all_reduce_sum(std::span<float> values) override;
  void all_reduce_sum(std::span<double> values) override;
  void all_reduce_sum(std::span<std::int64_t> values) override;
  void all_reduce_max(std::span<std::int64_t> values) override;
  void broadcast(int root, std::span<std::byte> bytes) override;
  void barrier() override;

 private:
  template <typename Work>
  void guarded(Work work);
  template <typename Work>
  void collective(Work work);
  void meet(int partner, std::size_t bytes);  // partner < 0: all ranks
  void transfer(int partner, std::span<const std::byte> out, std::span<std::byte> in, bool sends, bool receives);
  template <typename T>
  void all_reduce(std::span<T> values, MPI_Datatype type, MPI_Op op);
  void wait(std::span<MPI_Request> requests, std::span<MPI_Status> statuses, int partner, std::size_t bytes);
  const std::string& name(int rank) const { return names_.at(static_cast<std::size_t>(rank)); }

  Options options_;
  std::shared_ptr<std::atomic<bool>> broken_;
  bool failed_ = false;  // this communicator's own
  MpiComm comm_;
  int rank_ = 0;
  int size_ = 1;
  std::vector<std::string> names_;   // by rank: "rank 3 (node n2)"
  std::int64_t collectives_ = 0;     // calls that are done, the same on every rank
  std::deque<std::int64_t> alarms_;  // own ones, which MPI may still be sending: after how many collective calls
  std::int64_t alarmed_after_ = -1;  // another rank's last one
  Progress progress_;
  std::optional<Watchdog> watchdog_;
};

}  // namespace agsweep
