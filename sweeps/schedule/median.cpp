#include "sweeps/schedule/median.hpp"

#include <algorithm>  // std::max
#include <cstddef>
#include <utility>  // std::exchange

#include "base/error.hpp"
#include "sweeps/schedule/scheduler.hpp"

namespace agsweep {
namespace {

constexpr std::size_t startup_trials = 5;  // no trial stops before so many are complete

std::size_t size(const Ranking& halves) { return halves.best().size() + halves.rest().size(); }

/// @param halves  not empty, with divisor 2: an odd number's middle one is the first of the rest
double median(const Ranking& halves) {
  const double low = halves.rest().begin()->score;
  if (size(halves) % 2 == 1) return low;
  const double high = halves.best().rbegin()->score;
  return high - (high - low) * 0.5;  // rounds as numpy.percentile does
}

}  // namespace

Verdict MedianScheduler::report(std::int64_t number, std::int64_t epoch, double score) {
  Trial& trial = trials_[number];
  check_next_epoch(number, static_cast<std::int64_t>(trial.scores.size()), epoch, epochs_);
  trial.best = trial.scores.empty() ? score : std::max(trial.best, score);
  trial.scores.push_back(score);

  if (epoch == epochs_) {
    complete(number);
    return Verdict::go_on;
  }
  if (epoch < min_epochs_ || complete_.size() < trial.scores.size()) return Verdict::go_on;
  const Ranking& others = complete_[trial.scores.size() - 1];
  if (size(others) < startup_trials) return Verdict::go_on;
  return trial.best < median(others) ? Verdict::stop : Verdict::go_on;
}

void MedianScheduler::complete(std::int64_t number) {
  Trial& trial = trials_[number];
  if (std::exchange(trial.complete, true)) return;
  complete_.resize(std::max(complete_.size(), trial.scores.size()), Ranking(2));
  for (std::size_t i = 0; i < trial.scores.size(); ++i) complete_[i].insert({.score = trial.scores[i], .trial = number});
}

void MedianScheduler::promote(std::int64_t number) { throw DataError("trial {}: goes on, but the median rule pauses none", number); }

void MedianScheduler::retire(std::int64_t number, bool failed) {
  const auto found = trials_.find(number);
  if (found == trials_.end()) return;  // it had not reported yet
  const std::vector<double>& scores = found->second.scores;
  if (failed && found->second.complete) {
    for (std::size_t i = 0; i < scores.size(); ++i) complete_[i].erase({.score = scores[i], .trial = number});
  }
  trials_.erase(found);
}

}  // namespace agsweep
