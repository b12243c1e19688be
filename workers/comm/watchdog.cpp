#include "workers/comm/watchdog.hpp"

#include <algorithm>  // std::min
#include <array>
#include <chrono>
#include <cstring>  // std::memcpy
#include <exception>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>  // std::move

#include <fmt/format.h>

#include "base/error.hpp"   // ExitCode
#include "base/system.hpp"  // say
#include "base/thread.hpp"
#include "workers/comm/wait.hpp"

namespace agsweep {

namespace {

constexpr int report_tag = 0;

/// A Progress::Place as it travels.
struct Report {
  bool leaving;
  bool waiting;
  std::uint64_t counter;
  std::int64_t number;
  std::array<char, 96> phase;  // cut, with a null at its end
};
static_assert(std::is_trivially_copyable_v<Report>);

Report report_of(const Progress::Place& place, bool leaving) {
  Report report{.leaving = leaving, .waiting = place.waiting, .counter = place.counter, .number = place.number, .phase = {}};
  std::memcpy(report.phase.data(), place.phase.data(), std::min(place.phase.size(), report.phase.size() - 1));
  return report;
}

Progress::Place place_of(const Report& report) {
  return {.counter = report.counter, .waiting = report.waiting, .number = report.number, .checkpoint = -1, .phase = report.phase.data()};
}

}  // namespace

/// Reports on their way to one rank. A rank that takes none gets no second one, so that nothing piles up.
class Watchdog::Outbox {
 public:
  Outbox(MPI_Comm comm, int to) : comm_(comm), to_(to) {}

  bool delivered() {
    int done = 0;
    AGSWEEP_MPI(MPI_Test(&request_, &done, MPI_STATUS_IGNORE));
    return done != 0;
  }
  /// @return false when the one before is still under way, so that this one is not sent
  bool send(const Report& report) {
    if (!delivered()) return false;
    report_ = report;
    AGSWEEP_MPI(MPI_Isend(&report_, sizeof(report_), MPI_BYTE, to_, report_tag, comm_, &request_));
    return true;
  }
  /// Call until it returns true: then the report has been sent, once, and delivered.
  bool send_last(const Report& report) {
    if (!last_sent_) last_sent_ = send(report);
    return last_sent_ && delivered();
  }

 private:
  MPI_Comm comm_;
  int to_;
  Report report_{};
  MPI_Request request_ = MPI_REQUEST_NULL;
  bool last_sent_ = false;
};

namespace {

/// A little before the deadline of the waits themselves.
double limit_within(double timeout_seconds) { return timeout_seconds - std::min(2.0, timeout_seconds / 4); }

}  // namespace

Watchdog::Watchdog(MPI_Comm parent, const Progress& progress, std::vector<std::string> names, double timeout_seconds, std::string advice)
    : comm_(MpiComm::dup(parent, timeout_seconds)),
      progress_(progress),
      detector_(std::move(names), limit_within(timeout_seconds)),
      interval_(std::min(1.0, limit_within(timeout_seconds) / 4)),
      advice_(std::move(advice)) {
  AGSWEEP_MPI(MPI_Comm_rank(comm_.get(), &rank_));
  AGSWEEP_MPI(MPI_Comm_size(comm_.get(), &size_));
  // Rank 0 talks with all, the others with rank 0.
  for (int other = 0; other < size_; ++other) {
    if (other == rank_ || (rank_ != 0 && other != 0)) continue;
    outboxes_.push_back(std::make_unique<Outbox>(comm_.get(), other));
    detector_.heard(other, Progress::Place{}, 0);
  }
  thread_ = start_thread("the watchdog of the ranks", [this] {
    bool clean = false;
    try {
      watch();
      clean = say_goodbye();
    } catch (const std::exception&) {
      // MPI has failed: the waits' own deadlines remain.
    }
    if (clean) return;
    // What MPI may still read must stay, and its messages must not meet another communicator's.
    for (auto& outbox : outboxes_) static_cast<void>(outbox.release());
    comm_.release();
  });
}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  end_.notify_all();
  thread_.join();
}

void Watchdog::receive_reports(double now) {
  for (;;) {
    int arrived = 0;
    MPI_Status status{};
    AGSWEEP_MPI(MPI_Iprobe(MPI_ANY_SOURCE, report_tag, comm_.get(), &arrived, &status));
    if (arrived == 0) return;
    Report report{};
    AGSWEEP_MPI(MPI_Recv(&report, sizeof(report), MPI_BYTE, status.MPI_SOURCE, report_tag, comm_.get(), MPI_STATUS_IGNORE));
    if (report.leaving) {
      detector_.left(status.MPI_SOURCE);
      ++goodbyes_;
    } else {
      detector_.heard(status.MPI_SOURCE, place_of(report), now);
    }
  }
}

void Watchdog::watch() {
  // Where rank 0 is the silent one, rank 1 speaks; the next only if rank 1 does not.
  const double patience = rank_ == 0 ? 0 : 0.5 * (rank_ - 1);
  LivedTime clock;
  double next_report = 0;
  std::unique_lock lock(mutex_);
  while (!end_.wait_for(lock, std::chrono::duration<double>(interval_ / 4), [this] { return ending_; })) {
    const double now = clock.seconds();
    receive_reports(now);
    if (rank_ == 0) detector_.heard(0, progress_.place(), now);
    if (now >= next_report) {
      for (const auto& outbox : outboxes_) outbox->send(report_of(progress_.place(), false));
      next_report = now + interval_;
    }
    if (const auto verdict = detector_.verdict(now - patience, progress_.place())) {
      say(fmt::format("\nerror: {}{}{}", *verdict, advice_.empty() ? "" : "\n", advice_));
      MPI_Abort(MPI_COMM_WORLD, static_cast<int>(ExitCode::run_time_failure));
    }
  }
}

bool Watchdog::say_goodbye() {
  const Report goodbye = report_of(progress_.place(), true);
  for (int look = 0; look < 50; ++look) {
    receive_reports(0);
    std::size_t heard = 0;
    for (const auto& outbox : outboxes_) heard += outbox->send_last(goodbye) ? 1 : 0;
    if (heard == outboxes_.size() && goodbyes_ == outboxes_.size()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace agsweep
