#include "sweeps/state/forecast.hpp"

#include <algorithm>   // std::clamp, std::max, std::min, std::ranges::lower_bound, std::ranges::sort
#include <functional>  // std::greater
#include <limits>
#include <memory>  // std::unique_ptr
#include <optional>
#include <queue>
#include <utility>  // std::pair

#include "base/philox.hpp"
#include "sweeps/schedule/scheduler.hpp"

namespace agsweep {

namespace {

constexpr std::int64_t most_simulations = 16;
constexpr double most_reports = 300'000;      // of all simulations together, about: tens of milliseconds
constexpr std::int64_t most_pending = 5'000;  // that are simulated; what more there are costs as much each
// A complete trial is evaluated on its training rows, with its last weights and where others were better with those: each a forward pass,
// which is about a third of an epoch.
constexpr double last_evaluation = 0.5;

bool counts(const SweepTrial& trial) { return trial.phase != TrialPhase::failed && trial.epochs() > 0; }

/// How good the trials were that a sweep has seen. A trial's place, in [0, 1], is that among the others after its first rung; what is known
/// of its later values is that they will stand at the same place.
class Seen {
 public:
  Seen(const SweepSpec& spec, std::int64_t epochs, std::span<const SweepTrial> trials) : places_(trials.size()) {
    std::vector<std::pair<double, std::size_t>> order;
    for (std::size_t i = 0; i < trials.size(); ++i) {
      best_.emplace_back();
      for (const double value : trials[i].values) {
        const double score = higher_is_better(spec.metric) ? value : -value;
        best_[i].push_back(best_[i].empty() ? score : std::max(best_[i].back(), score));
        highest_ = std::max(highest_, score);
      }
      if (counts(trials[i]))
        order.emplace_back(best_[i][static_cast<std::size_t>(std::min(spec.scheduler.min_epochs, trials[i].epochs()) - 1)], i);
    }
    if (order.empty()) highest_ = 0;
    std::ranges::sort(order);
    for (std::size_t place = 0; place < order.size(); ++place) {
      places_[order[place].second] = (static_cast<double>(place) + 0.5) / static_cast<double>(order.size());
    }
    after_.resize(static_cast<std::size_t>(epochs));
    for (const auto& [value, i] : order) {
      for (std::size_t epoch = 0; epoch < best_[i].size(); ++epoch) {
        after_[epoch].places.push_back(places_[i]);
        after_[epoch].scores.push_back(best_[i][epoch]);
      }
    }
    for (Epoch& epoch : after_) std::ranges::sort(epoch.scores);
  }

  /// nullopt for a trial that has no epoch yet.
  std::optional<double> place(std::size_t trial) const {
    return trial < places_.size() && places_[trial] > 0 ? std::optional(places_[trial]) : std::nullopt;
  }
  /// Of an epoch that it has behind it: the best up to there.
  double score(std::size_t trial, std::int64_t epoch) const { return best_[trial][static_cast<std::size_t>(epoch - 1)]; }
  /// Of a trial at this place after an epoch that it has not reached: as those stood that did, and beyond all where none did.
  double score(double place, std::int64_t epoch) const {
    const auto& [places, scores] = after_[static_cast<std::size_t>(epoch - 1)];
    if (scores.empty()) return highest_ + place;
    const auto below = std::ranges::lower_bound(places, place) - places.begin();
    const auto same_place = static_cast<std::size_t>(std::min(below, std::ssize(scores) - 1));
    constexpr double no_tie = 1e-9;
    return scores[same_place] + no_tie * (place - 0.5);
  }

 private:
  struct Epoch {
    std::vector<double> places;  // ascending, of the trials that have it behind them
    std::vector<double> scores;  // ascending too
  };
  std::vector<double> places_;             // by trial; 0: it has no epoch yet
  std::vector<std::vector<double>> best_;  // by trial, after each of its epochs
  double highest_ = std::numeric_limits<double>::lowest();
  std::vector<Epoch> after_;
};

/// One sweep that goes on from where it stands.
class Simulation {
 public:
  Simulation(const SweepSpec& spec, std::int64_t epochs, const ForecastStart& start, const Seen& seen, std::int64_t pending,
             std::uint64_t number)
      : seen_(seen), epochs_(epochs), pending_(pending), free_(start.at_once), scheduler_(make_scheduler(spec.scheduler, epochs)) {
    const std::size_t known = start.trials.size();
    for (std::size_t i = 0; i < known + static_cast<std::size_t>(pending); ++i) {
      places_.push_back(seen.place(i).value_or(PhiloxStream(number, i).next_unit()));
    }
    next_ = static_cast<std::int64_t>(known);
    done_.resize(places_.size());
    repeat(start.trials);
    for (std::size_t i = 0; i < known; ++i) {
      if (start.trials[i].phase != TrialPhase::running) continue;
      const double part = i < start.under_way.size() ? std::clamp(start.under_way[i], 0.0, 0.95) : 0;
      train(static_cast<std::int64_t>(i), -part);
    }
  }

  /// @return the epochs that it trains, and the time
  std::pair<std::int64_t, double> run() {
    fill(0);
    while (!events_.empty()) {
      const auto [time, trial] = events_.top();
      events_.pop();
      now_ = time;
      if (trial == a_group) {
        ++free_;
      } else {
        report(trial);
      }
      fill(time);
    }
    return {trained_, now_};
  }

 private:
  static constexpr std::int64_t a_group = -1;  // has evaluated its trial

  /// Brings the scheduler to where the sweep stands. It hears the best trial of an epoch first: then ASHA pauses each at its rung, and what
  /// has gone on in truth is promoted.
  void repeat(std::span<const SweepTrial> trials) {
    for (std::int64_t epoch = 1; epoch <= epochs_; ++epoch) {
      std::vector<std::pair<double, std::size_t>> order;
      for (std::size_t i = 0; i < trials.size(); ++i) {
        if (counts(trials[i]) && trials[i].epochs() >= epoch) order.emplace_back(seen_.score(i, epoch), i);
      }
      std::ranges::sort(order, std::greater());
      for (const auto& [score, i] : order) {
        const SweepTrial& trial = trials[i];
        const auto number = static_cast<std::int64_t>(i);
        const Verdict verdict = scheduler_->report(number, epoch, score);
        done_[i] = epoch;
        const bool waits = trial.epochs() == epoch && (trial.phase == TrialPhase::paused || trial.phase == TrialPhase::pruned);
        if (verdict == Verdict::pause && !waits) scheduler_->promote(number);
        if (trial.epochs() == epoch && trial.phase == TrialPhase::pruned) scheduler_->retire(number, false);
      }
    }
    // After all reports: a trial that gave up leaves records at rungs that it has not reached.
    for (std::size_t i = 0; i < trials.size(); ++i) {
      if (counts(trials[i]) && trials[i].phase == TrialPhase::complete) scheduler_->complete(static_cast<std::int64_t>(i));
    }
  }

  void train(std::int64_t trial, double now) {
    ++running_;
    --free_;
    events_.emplace(now + 1, trial);
  }

  void report(std::int64_t trial) {
    const auto i = static_cast<std::size_t>(trial);
    ++trained_;
    --running_;
    ++free_;
    const Verdict verdict = scheduler_->report(trial, done_[i] + 1, seen_.score(places_[i], done_[i] + 1));
    ++done_[i];
    if (verdict != Verdict::go_on) return;
    if (done_[i] < epochs_) return train(trial, now_);
    --free_;
    events_.emplace(now_ + last_evaluation, a_group);
  }

  void fill(double now) {
    while (free_ > 0) {
      auto trial = scheduler_->promotable();
      if (!trial && pending_ > 0) {
        --pending_;
        train(next_++, now);
        continue;
      }
      if (!trial && running_ == 0) trial = scheduler_->last_promotable();
      if (!trial) return;
      scheduler_->promote(*trial);
      train(*trial, now);
    }
  }

  using Event = std::pair<double, std::int64_t>;  // when a trial's epoch ends
  const Seen& seen_;
  std::int64_t epochs_;
  std::int64_t pending_;
  std::int64_t free_;
  std::unique_ptr<Scheduler> scheduler_;
  std::vector<double> places_;      // by trial
  std::vector<std::int64_t> done_;  // epochs, by trial
  std::int64_t next_ = 0;           // the next trial to begin
  std::int64_t running_ = 0;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  double now_ = 0;
  std::int64_t trained_ = 0;
};

}  // namespace

Forecast forecast(const SweepSpec& spec, std::int64_t epochs, const ForecastStart& start) {
  const std::int64_t pending = std::min(start.pending, most_pending);
  const double reports = static_cast<double>(pending + std::ssize(start.trials)) * static_cast<double>(epochs);
  const auto affordable = static_cast<std::int64_t>(most_reports / std::max(1.0, reports));
  const std::int64_t simulations =
      spec.scheduler.kind == SchedulerKind::none ? 1 : std::clamp<std::int64_t>(affordable, 1, most_simulations);
  const Seen seen(spec, epochs, start.trials);
  Forecast mean;
  for (std::int64_t i = 0; i < simulations; ++i) {
    const auto [trained, time] = Simulation(spec, epochs, start, seen, pending, static_cast<std::uint64_t>(i)).run();
    const auto total = static_cast<double>(trained);
    mean.epochs += total / static_cast<double>(simulations);
    mean.time += time / static_cast<double>(simulations);
    mean.least = i == 0 ? total : std::min(mean.least, total);
    mean.most = std::max(mean.most, total);
  }
  if (start.pending > pending) {
    const double more = static_cast<double>(start.pending) / static_cast<double>(pending);
    for (double* const part : {&mean.epochs, &mean.least, &mean.most, &mean.time}) *part *= more;
  }
  return mean;
}

}  // namespace agsweep
