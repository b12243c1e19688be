#include "sweeps/aggregate/duplicates.hpp"

#include <algorithm>  // std::max_element, std::mismatch, std::sort
#include <tuple>

namespace agsweep {

namespace {

/// How far a trial got; more is further.
std::tuple<int, std::int64_t> progress(const SweepTrial& trial) {
  const int phase = trial.phase == TrialPhase::complete ? 2 : trial.phase == TrialPhase::pruned ? 1 : 0;
  return {phase, trial.epochs()};
}

std::optional<std::int64_t> first_difference(const SweepTrial& one, const SweepTrial& other) {
  const std::size_t common = std::min(one.values.size(), other.values.size());
  const auto end = one.values.begin() + static_cast<std::ptrdiff_t>(common);
  const auto place = std::mismatch(one.values.begin(), end, other.values.begin()).first;
  if (place == end) return std::nullopt;
  return place - one.values.begin() + 1;
}

}  // namespace

std::vector<Duplicate> find_duplicates(std::span<const SweepResults> sweeps) {
  // The metric is in the hash where it can change a result, but values of two metrics must never be compared.
  using Key = std::tuple<std::string, std::int64_t, Metric>;
  std::map<Key, std::vector<TrialRef>> by_key;
  for (std::size_t s = 0; s < sweeps.size(); ++s) {
    for (std::size_t t = 0; t < sweeps[s].trials.size(); ++t) {
      const TrialResults& results = sweeps[s].trials[t];
      if (results.config_hash.empty() || results.trial.phase == TrialPhase::failed) continue;
      by_key[{results.config_hash, results.trial.seed, sweeps[s].spec.metric}].push_back({.sweep = s, .trial = t});
    }
  }

  std::vector<Duplicate> duplicates;
  for (const auto& [key, refs] : by_key) {
    // The first of the greatest.
    const TrialRef counts = *std::max_element(refs.begin(), refs.end(), [&](const TrialRef& a, const TrialRef& b) {
      return progress(trial_of(sweeps, a)) < progress(trial_of(sweeps, b));
    });
    for (const TrialRef& ref : refs) {
      if (ref == counts) continue;
      duplicates.push_back(
          {.counts = counts, .copy = ref, .differs_at = first_difference(trial_of(sweeps, counts), trial_of(sweeps, ref))});
    }
  }
  std::sort(duplicates.begin(), duplicates.end(), [](const Duplicate& a, const Duplicate& b) { return a.copy < b.copy; });
  return duplicates;
}

}  // namespace agsweep
