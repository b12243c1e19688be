#include "sweeps/state/time_left.hpp"

#include <algorithm>  // std::max, std::min

#include "sweeps/state/forecast.hpp"

namespace agsweep {

namespace {

// Epochs of each trial at once over which their seconds are averaged: machines get slower and faster.
constexpr std::int64_t remembered = 4;

// A forecast of many trials takes tens of milliseconds, and changes little with each report.
constexpr std::size_t large_sweep = 200;
constexpr double large_sweep_seconds = 3;

}  // namespace

TimeLeft::TimeLeft(const SweepState& state, std::int64_t at_once, double now) : state_(state), at_once_(at_once) {
  for (const SweepTrial& trial : state.trials()) seen_.push_back({.phase = trial.phase, .epochs = trial.epochs(), .since = now});
}

void TimeLeft::time_epochs(double now) {
  seen_.resize(state_.trials().size());
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    const SweepTrial& trial = state_.trials()[i];
    Seen& seen = seen_[i];
    if (const std::int64_t ended = trial.epochs() - seen.epochs; ended > 0) {
      timed_epochs_ += ended;
      const double weight = 1.0 / static_cast<double>(std::min(timed_epochs_, remembered * at_once_));
      epoch_seconds_ += weight * ((now - seen.since) / static_cast<double>(ended) - epoch_seconds_);
      seen.since = now;
    }
    if (trial.phase == TrialPhase::running && seen.phase != TrialPhase::running) seen.since = now;
    seen.epochs = trial.epochs();
    seen.phase = trial.phase;
  }
}

void TimeLeft::update(double now) {
  time_epochs(now);
  if (timed_epochs_ == 0 || now < next_) return;
  ForecastStart start{.trials = state_.trials(), .pending = state_.counts().pending, .at_once = at_once_};
  for (const Seen& seen : seen_) start.under_way.push_back(epoch_seconds_ > 0 ? (now - seen.since) / epoch_seconds_ : 0);
  end_ = now + forecast(state_.spec(), state_.epochs(), start).time * epoch_seconds_;
  if (seen_.size() + static_cast<std::size_t>(start.pending) > large_sweep) next_ = now + large_sweep_seconds;
}

std::optional<double> TimeLeft::seconds(double now) const {
  if (!end_) return std::nullopt;
  return std::max(0.0, *end_ - now);
}

}  // namespace agsweep
