#include "tests/sweeps/schedule/asha_simulation.hpp"

#include <algorithm>   // std::max_element
#include <functional>  // std::greater
#include <iterator>    // std::ssize
#include <queue>
#include <tuple>
#include <utility>  // std::move

namespace agsweep {
namespace {

using Kind = SimulatedEvent::Kind;

class Simulation {
 public:
  Simulation(Scheduler& scheduler, const std::vector<SimulatedTrial>& trials, std::int64_t workers)
      : scheduler_(scheduler), trials_(trials), idle_(workers), last_epochs_(trials.size(), 0) {}

  std::vector<SimulatedEvent> run() {
    while (true) {
      while (idle_ > 0 && take_work()) --idle_;
      if (epoch_ends_.empty()) return std::move(events_);
      std::tie(now_, std::ignore, running_) = epoch_ends_.top();
      epoch_ends_.pop();
      end_epoch();
    }
  }

 private:
  bool take_work() {
    std::optional<std::int64_t> trial = scheduler_.promotable();
    if (!trial && begun_ < std::ssize(trials_)) {
      running_ = begun_++;
      log({.kind = Kind::begin});
      start_epoch();
      return true;
    }
    if (!trial && epoch_ends_.empty()) trial = scheduler_.last_promotable();
    if (!trial) return false;
    running_ = *trial;
    scheduler_.promote(running_);
    log({.kind = Kind::promote});
    start_epoch();
    return true;
  }

  void start_epoch() {
    const SimulatedTrial& trial = trials_[index()];
    const bool fails = trial.fails_in == last_epochs_[index()] + 1;
    const double seconds = fails ? trial.seconds * trial.fails_after : trial.seconds + trial.delay;
    epoch_ends_.emplace(now_ + seconds, order_++, running_);
  }

  void end_epoch() {
    const SimulatedTrial& trial = trials_[index()];
    std::int64_t& epoch = last_epochs_[index()];
    if (trial.fails_in == epoch + 1) {
      scheduler_.retire(running_, true);
      log({.kind = Kind::fail});
      ++idle_;
      return;
    }
    ++epoch;
    const double score = trial.scores[static_cast<std::size_t>(epoch - 1)];
    const Verdict verdict = scheduler_.report(running_, epoch, score);
    const bool complete = epoch == std::ssize(trial.scores);
    log({.kind = Kind::report, .score = score, .verdict = verdict, .complete = complete});
    if (verdict == Verdict::stop) scheduler_.retire(running_, false);
    if (verdict == Verdict::go_on && !complete)
      start_epoch();
    else
      ++idle_;
  }

  void log(SimulatedEvent event) {
    event.time = now_;
    event.trial = running_;
    event.epoch = last_epochs_[index()];
    events_.push_back(event);
  }

  std::size_t index() const { return static_cast<std::size_t>(running_); }

  // Time, then the order in which they were set, so that equal times have an order; the trial.
  using EpochEnd = std::tuple<double, std::int64_t, std::int64_t>;

  Scheduler& scheduler_;
  const std::vector<SimulatedTrial>& trials_;
  std::int64_t idle_;
  std::vector<std::int64_t> last_epochs_;  // that each trial reported
  std::priority_queue<EpochEnd, std::vector<EpochEnd>, std::greater<>> epoch_ends_;
  std::int64_t order_ = 0;
  double now_ = 0;
  std::int64_t running_ = 0;  // the trial that the present event is about
  std::int64_t begun_ = 0;
  std::vector<SimulatedEvent> events_;
};

}  // namespace

std::vector<SimulatedEvent> simulate_sweep(Scheduler& scheduler, const std::vector<SimulatedTrial>& trials, std::int64_t workers) {
  return Simulation(scheduler, trials, workers).run();
}

std::optional<std::int64_t> best_complete(const std::vector<SimulatedEvent>& events, const std::vector<SimulatedTrial>& trials) {
  std::optional<std::int64_t> best;
  double best_score = 0;
  for (const SimulatedEvent& event : events) {
    if (!event.complete) continue;
    const std::vector<double>& scores = trials[static_cast<std::size_t>(event.trial)].scores;
    const double score = *std::max_element(scores.begin(), scores.end());
    if (!best || score > best_score || (score == best_score && event.trial < *best)) {
      best = event.trial;
      best_score = score;
    }
  }
  return best;
}

}  // namespace agsweep
