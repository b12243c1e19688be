#include "tests/sweeps/schedule/naive_asha.hpp"

#include <algorithm>

namespace agsweep {

// The trials that reached a rung, or will not get better, best first.
std::vector<std::int64_t> NaiveAsha::ranked(std::int64_t rung) const {
  std::vector<std::int64_t> reached;
  for (const auto& [number, trial] : trials_) {
    if (trial.complete || static_cast<std::int64_t>(trial.scores.size()) >= rung) reached.push_back(number);
  }
  const auto score = [&](std::int64_t number) {
    const std::vector<double>& scores = trials_.at(number).scores;
    return *std::max_element(scores.begin(), scores.begin() + std::min(rung, static_cast<std::int64_t>(scores.size())));
  };
  std::stable_sort(reached.begin(), reached.end(), [&](std::int64_t a, std::int64_t b) { return score(a) > score(b); });
  return reached;
}

std::vector<std::int64_t> NaiveAsha::paused_at(std::int64_t rung) const {
  std::vector<std::int64_t> paused;
  for (const std::int64_t number : ranked(rung)) {
    const Trial& trial = trials_.at(number);
    if (trial.paused && static_cast<std::int64_t>(trial.scores.size()) == rung) paused.push_back(number);
  }
  return paused;
}

std::int64_t NaiveAsha::share(std::int64_t rung) const { return static_cast<std::int64_t>(ranked(rung).size()) / eta_; }

bool NaiveAsha::report(std::int64_t number, std::int64_t epoch, double score) {
  Trial& trial = trials_[number];
  trial.scores.push_back(score);
  trial.complete = epoch == rungs_.back();
  if (trial.complete || std::find(rungs_.begin(), rungs_.end(), epoch) == rungs_.end()) return true;
  const std::vector<std::int64_t> order = ranked(epoch);
  trial.paused = std::find(order.begin(), order.end(), number) - order.begin() >= share(epoch);
  return !trial.paused;
}

std::optional<std::int64_t> NaiveAsha::promotable() const {
  for (auto rung = rungs_.rbegin() + 1; rung != rungs_.rend(); ++rung) {
    const std::vector<std::int64_t> order = ranked(*rung);
    const std::vector<std::int64_t> paused = paused_at(*rung);
    for (std::int64_t i = 0; i < share(*rung); ++i) {
      if (std::find(paused.begin(), paused.end(), order[static_cast<std::size_t>(i)]) != paused.end())
        return order[static_cast<std::size_t>(i)];
    }
  }
  return std::nullopt;
}

std::optional<std::int64_t> NaiveAsha::last_promotable() const {
  for (auto rung = rungs_.rbegin(); rung != rungs_.rend(); ++rung) {
    if (paused_at(*rung).empty()) continue;
    for (const std::int64_t number : ranked(*rung)) {
      if (trials_.at(number).complete) return std::nullopt;
      if (number == paused_at(*rung).front()) return number;
    }
  }
  return std::nullopt;
}

void NaiveAsha::retire(std::int64_t number, bool failed) {
  const auto found = trials_.find(number);
  if (found == trials_.end()) return;
  found->second.paused = false;
  if (failed) trials_.erase(found);
}

}  // namespace agsweep
