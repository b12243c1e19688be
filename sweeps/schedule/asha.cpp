#include "sweeps/schedule/asha.hpp"

#include <algorithm>  // std::max, std::ranges::find_if
#include <cstddef>

#include "base/error.hpp"
#include "sweeps/schedule/scheduler.hpp"

namespace agsweep {

std::vector<std::int64_t> asha_rungs(std::int64_t min_epochs, std::int64_t eta, std::int64_t epochs) {
  if (eta < 2) throw UsageError("scheduler.eta: {} is out of range: 2 or more", eta);
  if (min_epochs < 1 || min_epochs > epochs)
    throw UsageError("scheduler.min_epochs: {} is out of range [1, epochs = {}]", min_epochs, epochs);

  std::vector<std::int64_t> rungs;
  for (std::int64_t rung = min_epochs; rung < epochs; rung *= eta) {
    rungs.push_back(rung);
    if (rung > epochs / eta) break;  // rung * eta > epochs, and might overflow
  }
  rungs.push_back(epochs);
  return rungs;
}

AshaScheduler::AshaScheduler(const std::vector<std::int64_t>& rungs, std::int64_t eta) : epochs_(rungs.back()) {
  for (std::size_t i = 0; i + 1 < rungs.size(); ++i) rungs_.push_back({.epoch = rungs[i], .records = Ranking(eta)});
}

Verdict AshaScheduler::report(std::int64_t number, std::int64_t epoch, double score) {
  Trial& trial = trials_[number];
  check_next_epoch(number, trial.epoch, epoch, epochs_);
  if (trial.paused) throw DataError("trial {}: reported epoch {} while paused", number, epoch);

  trial.best = trial.epoch == 0 ? score : std::max(trial.best, score);
  trial.epoch = epoch;
  if (epoch == epochs_) {
    complete(number);
    return Verdict::go_on;
  }

  const std::size_t next = trial.scores.size();
  if (next == rungs_.size() || epoch != rungs_[next].epoch) return Verdict::go_on;
  leave_record(number, trial);
  Rung& rung = rungs_[next];
  const Record record{.score = trial.best, .trial = number};
  if (rung.records.among_best(record)) return Verdict::go_on;
  rung.paused.insert(record);
  trial.paused = true;
  return Verdict::pause;
}

/// At its next rung.
void AshaScheduler::leave_record(std::int64_t number, Trial& trial) {
  rungs_[trial.scores.size()].records.insert({.score = trial.best, .trial = number});
  trial.scores.push_back(trial.best);
}

std::optional<std::int64_t> AshaScheduler::promotable() const {
  for (auto rung = rungs_.rbegin(); rung != rungs_.rend(); ++rung) {
    // If the best that waits is not among the rung's best, no other that waits is.
    if (!rung->paused.empty() && rung->records.among_best(*rung->paused.begin())) return rung->paused.begin()->trial;
  }
  return std::nullopt;
}

std::optional<std::int64_t> AshaScheduler::last_promotable() const {
  const auto rung = std::ranges::find_if(rungs_.rbegin(), rungs_.rend(), [](const Rung& one) { return !one.paused.empty(); });
  if (rung == rungs_.rend()) return std::nullopt;
  const Record& best = *rung->paused.begin();
  const bool is_beaten = !rung->complete.empty() && BetterFirst()(*rung->complete.begin(), best);
  return is_beaten ? std::nullopt : std::optional(best.trial);
}

void AshaScheduler::promote(std::int64_t number) {
  const auto found = trials_.find(number);
  if (found == trials_.end() || !found->second.paused) throw DataError("trial {}: goes on, but is not paused", number);
  Trial& trial = found->second;
  rungs_[trial.scores.size() - 1].paused.erase({.score = trial.scores.back(), .trial = number});
  trial.paused = false;
}

void AshaScheduler::complete(std::int64_t number) {
  Trial& trial = trials_[number];
  if (trial.complete) return;
  if (trial.paused) promote(number);
  while (trial.scores.size() < rungs_.size()) leave_record(number, trial);
  for (std::size_t i = 0; i < rungs_.size(); ++i) rungs_[i].complete.insert({.score = trial.scores[i], .trial = number});
  trial.complete = true;
}

void AshaScheduler::retire(std::int64_t number, bool failed) {
  const auto found = trials_.find(number);
  if (found == trials_.end()) return;  // it had not reported yet
  const Trial& trial = found->second;
  if (trial.paused) rungs_[trial.scores.size() - 1].paused.erase({.score = trial.scores.back(), .trial = number});
  if (failed) {
    for (std::size_t i = 0; i < trial.scores.size(); ++i) {
      const Record record{.score = trial.scores[i], .trial = number};
      rungs_[i].records.erase(record);
      rungs_[i].complete.erase(record);
    }
  }
  trials_.erase(found);
}

}  // namespace agsweep
