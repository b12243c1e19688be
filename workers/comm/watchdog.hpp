#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "workers/comm/hang_detector.hpp"
#include "workers/comm/mpi_handle.hpp"
#include "workers/comm/progress.hpp"

namespace agsweep {

/// A thread beside each rank that ends a hung job. Each second every rank tells rank 0 where it stands, and rank 0 answers each, so that
/// rank 0 finds a rank that fell silent or stands still, and the others find rank 0. Who finds one says so on stderr and calls MPI_Abort.
///
/// It strikes a little before `timeout_seconds`, since only it knows every rank: a wait's own deadline can name no more than its partner.
class Watchdog {
 public:
  /// Collective over parent.
  /// @param progress  of this rank; outlives the watchdog
  /// @param names     by rank, for messages: "rank 3 (node n2)"
  /// @param advice    printed after the message: how to go on; may be empty
  Watchdog(MPI_Comm parent, const Progress& progress, std::vector<std::string> names, double timeout_seconds, std::string advice);
  /// Tells the others that this rank is done, and waits half a second at most for theirs.
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  class Outbox;
  void watch();
  void receive_reports(double now);
  /// @return whether every message has been sent and received, so that nothing is under way
  bool say_goodbye();

  MpiComm comm_;
  const Progress& progress_;
  HangDetector detector_;
  double interval_;  // seconds between two reports
  std::string advice_;
  int rank_ = 0;
  int size_ = 1;
  std::vector<std::unique_ptr<Outbox>> outboxes_;
  std::size_t goodbyes_ = 0;  // received
  std::mutex mutex_;
  std::condition_variable end_;
  bool ending_ = false;
  std::jthread thread_;
};

}  // namespace agsweep
