#include "sweeps/aggregate/importance.hpp"

#include <algorithm>  // std::any_of, std::find, std::reverse

#include <fmt/format.h>

#include "sweeps/aggregate/comparable_epochs.hpp"
#include "sweeps/space/resolved_spec.hpp"

namespace agsweep {

namespace {

constexpr std::uint64_t forest_seed = 0;

/// The entries of a spec that two sweeps share if a value means the same in both.
std::vector<SpecEntry> shared_entries(const SweepSpec& spec) {
  std::vector<SpecEntry> shared;
  for (SpecEntry& entry : spec_entries(spec)) {
    const bool counts = entry.key == "model" || entry.table == "fixed" || entry.table == "space" || entry.table == "scheduler";
    if (counts) shared.push_back(std::move(entry));
  }
  return shared;
}

/// A configuration's trials that count.
struct Configuration {
  Point point;
  std::vector<const SweepTrial*> trials;
};

bool reached(const Configuration& configuration, std::int64_t epoch) {
  return std::any_of(configuration.trials.begin(), configuration.trials.end(),
                     [&](const SweepTrial* trial) { return has_reached(*trial, epoch); });
}

double score_at(const SweepResults& sweep, const Configuration& configuration, std::int64_t epoch) {
  double sum = 0;
  int count = 0;
  for (const SweepTrial* trial : configuration.trials) {
    if (!has_reached(*trial, epoch)) continue;
    sum += sweep.best_up_to(*trial, epoch);
    ++count;
  }
  return sum / count;
}

std::vector<Configuration> configurations_of(std::span<const SweepResults> sweeps, std::span<const std::size_t> which,
                                             const std::vector<std::vector<std::string>>& keys, const std::set<TrialRef>& copies) {
  std::vector<Configuration> configurations;
  std::map<std::string, std::size_t> places;  // by key
  for (const std::size_t s : which) {
    for (std::size_t t = 0; t < sweeps[s].trials.size(); ++t) {
      const SweepTrial& trial = sweeps[s].trials[t].trial;
      if (trial.phase == TrialPhase::failed || copies.contains({.sweep = s, .trial = t})) continue;
      const auto [place, is_new] = places.try_emplace(keys[s][t], configurations.size());
      if (is_new) configurations.push_back({.point = trial.point, .trials = {}});
      configurations[place->second].trials.push_back(&trial);
    }
  }
  return configurations;
}

/// Fills what follows from the sweeps.
void compute(std::span<const SweepResults> sweeps, const std::vector<std::vector<std::string>>& keys, const std::set<TrialRef>& copies,
             HyperparameterImportance& importance) {
  const SweepResults& first = sweeps[importance.sweeps.front()];
  importance.space = first.spec.space;
  const std::vector<Configuration> configurations = configurations_of(sweeps, importance.sweeps, keys, copies);
  std::vector<std::int64_t> epochs = comparable_epochs(first);
  std::reverse(epochs.begin(), epochs.end());

  if (epochs.empty()) importance.reason = "no trial has begun";
  for (const std::int64_t epoch : epochs) {
    std::vector<Point> points;
    std::vector<double> scores;
    for (const Configuration& configuration : configurations) {
      if (!reached(configuration, epoch)) continue;
      points.push_back(configuration.point);
      scores.push_back(score_at(first, configuration, epoch));
    }
    importance.epoch = epoch;
    importance.configurations = points.size();
    if (points.size() < functional_anova_least_points) {
      importance.reason =
          fmt::format("{} configurations have reached epoch {}, and {} are needed", points.size(), epoch, functional_anova_least_points);
      continue;
    }
    importance.reason.clear();
    FunctionalAnova shares = functional_anova(importance.space, points, scores, forest_seed);
    if (shares.constant) {
      importance.reason = fmt::format("the values of the {} configurations after epoch {} do not vary", points.size(), epoch);
    } else {
      importance.shares = std::move(shares);
    }
    return;
  }
}

}  // namespace

std::vector<HyperparameterImportance> importances(std::span<const SweepResults> sweeps, std::span<const std::size_t> group,
                                                  const std::set<TrialRef>& copies) {
  std::vector<HyperparameterImportance> all;
  std::vector<std::vector<SpecEntry>> specs;  // of each
  for (const std::size_t s : group) {
    const std::vector<SpecEntry> spec = shared_entries(sweeps[s].spec);
    const auto place = static_cast<std::size_t>(std::find(specs.begin(), specs.end(), spec) - specs.begin());
    if (place == specs.size()) {
      specs.push_back(spec);
      all.emplace_back();
    }
    all[place].sweeps.push_back(s);
  }
  const std::vector<std::vector<std::string>> keys = configuration_keys(sweeps);
  for (HyperparameterImportance& importance : all) compute(sweeps, keys, copies, importance);
  return all;
}

}  // namespace agsweep
