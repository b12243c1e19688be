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
  for (const SweepTrial& trial : state.trials())
    seen_.push_back({.phase = trial.phase, .epochs = trial.epochs(), .since = now, .taken_up = true});
}

void TimeLeft::time_epochs(double now) {
  seen_.resize(state_.trials().size());
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    const SweepTrial& trial = state_.trials()[i];
    Seen& seen = seen_[i];
    if (const std::int64_t ended = trial.epochs() - seen.epochs; ended > 0) {
      const double seconds = (now - seen.since) / static_cast<double>(ended);
      if (!seen.taken_up) {
        timed_epochs_ += ended;
        epoch_seconds_ += (seconds - epoch_seconds_) / static_cast<double>(std::min(timed_epochs_, remembered * at_once_));
      } else if (timed_epochs_ == 0) {
        epoch_seconds_ = std::max(epoch_seconds_, seconds);  // until a whole one is timed
      }
      seen.since = now;
      seen.taken_up = false;
    }
    if (trial.phase == TrialPhase::running && seen.phase != TrialPhase::running) seen.since = now;
    seen.epochs = trial.epochs();
    seen.phase = trial.phase;
  }
}

void TimeLeft::update(double now) {
  time_epochs(now);
  if (epoch_seconds_ == 0 || now < next_) return;
  ForecastStart start{.trials = state_.trials(), .pending = state_.counts().pending, .at_once = at_once_};
  for (const Seen& seen : seen_) start.under_way.push_back((now - seen.since) / epoch_seconds_);
  end_ = now + forecast(state_.spec(), state_.epochs(), start).time * epoch_seconds_;
  if (seen_.size() + static_cast<std::size_t>(start.pending) > large_sweep) next_ = now + large_sweep_seconds;
}

std::optional<double> TimeLeft::seconds(double now) const {
  if (!end_) return std::nullopt;
  return std::max(0.0, *end_ - now);
}

}  // namespace agsweep
