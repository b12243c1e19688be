#include "sweeps/aggregate/trial_ranking.hpp"

#include <algorithm>  // std::find, std::find_if, std::max_element, std::stable_sort
#include <array>
#include <tuple>

namespace agsweep {

namespace {

double score(const SweepResults& sweep, double value) { return sweep.maximise() ? value : -value; }

/// The ended trials of one configuration.
struct EndedTrials {
  std::vector<TrialRef> complete;
  std::vector<TrialRef> pruned;
};

/// More is further, then better.
std::tuple<std::int64_t, double> reach(std::span<const SweepResults> sweeps, const TrialRef& ref) {
  const SweepTrial& trial = trial_of(sweeps, ref);
  return {trial.epochs(), score(sweeps[ref.sweep], trial.value())};
}

RankedConfiguration ranked(std::span<const SweepResults> sweeps, const std::string& key, const EndedTrials& ended) {
  RankedConfiguration configuration{.key = key, .complete = !ended.complete.empty(), .trials = ended.complete, .value = {}};
  if (!configuration.complete) {
    const auto nearer = [&](const TrialRef& a, const TrialRef& b) { return reach(sweeps, a) < reach(sweeps, b); };
    configuration.trials = {*std::max_element(ended.pruned.begin(), ended.pruned.end(), nearer)};
  }
  std::vector<double> values;
  for (const TrialRef& ref : configuration.trials) values.push_back(trial_of(sweeps, ref).value());
  configuration.value = mean_interval(values);
  return configuration;
}

/// Whether a comes before b.
bool better(std::span<const SweepResults> sweeps, const RankedConfiguration& a, const RankedConfiguration& b) {
  if (a.complete != b.complete) return a.complete;
  if (!a.complete) return reach(sweeps, a.trials.front()) > reach(sweeps, b.trials.front());
  const SweepResults& sweep = sweeps[a.trials.front().sweep];
  return score(sweep, a.value.mean) > score(sweep, b.value.mean);
}

int place_of(TrialPhase phase) {
  constexpr std::array order = {TrialPhase::complete, TrialPhase::pruned, TrialPhase::paused, TrialPhase::running, TrialPhase::failed};
  return static_cast<int>(std::find(order.begin(), order.end(), phase) - order.begin());
}

void rank(std::span<const SweepResults> sweeps, const std::vector<std::vector<std::string>>& keys, const std::set<TrialRef>& copies,
          TrialRanking& ranking) {
  std::map<std::string, EndedTrials> ended;
  std::vector<std::string> order;  // of first trials, which decides between equals
  std::vector<TrialRef> all;
  for (const std::size_t s : ranking.sweeps) {
    for (std::size_t t = 0; t < sweeps[s].trials.size(); ++t) {
      const TrialRef ref{.sweep = s, .trial = t};
      all.push_back(ref);
      const TrialPhase phase = sweeps[s].trials[t].trial.phase;
      if (copies.contains(ref) || (phase != TrialPhase::complete && phase != TrialPhase::pruned)) continue;
      if (sweeps[s].trials[t].trial.best_epoch == 0) continue;  // stopped before it had a value
      const auto [place, is_new] = ended.try_emplace(keys[s][t]);
      if (is_new) order.push_back(keys[s][t]);
      (phase == TrialPhase::complete ? place->second.complete : place->second.pruned).push_back(ref);
    }
  }

  std::set<TrialRef> counted;
  for (const std::string& key : order) {
    ranking.configurations.push_back(ranked(sweeps, key, ended.at(key)));
    const std::vector<TrialRef>& trials = ranking.configurations.back().trials;
    counted.insert(trials.begin(), trials.end());
  }
  std::stable_sort(ranking.configurations.begin(), ranking.configurations.end(),
                   [&](const RankedConfiguration& a, const RankedConfiguration& b) { return better(sweeps, a, b); });

  for (const TrialRef& ref : all) {
    if (!counted.contains(ref)) ranking.others.push_back(ref);
  }
  std::stable_sort(ranking.others.begin(), ranking.others.end(), [&](const TrialRef& a, const TrialRef& b) {
    return place_of(trial_of(sweeps, a).phase) < place_of(trial_of(sweeps, b).phase);
  });
}

}  // namespace

RankingScope scope_of(const SweepResults& sweep) {
  return {.metric = sweep.spec.metric,
          .epochs = sweep.epochs,
          .train_limit = sweep.train_limit,
          .val_limit = sweep.val_limit,
          .data_sha256 = sweep.data_sha256};
}

std::vector<TrialRanking> rank_trials(std::span<const SweepResults> sweeps, const std::set<TrialRef>& copies) {
  std::vector<TrialRanking> rankings;
  for (std::size_t s = 0; s < sweeps.size(); ++s) {
    const RankingScope scope = scope_of(sweeps[s]);
    auto place = std::find_if(rankings.begin(), rankings.end(), [&](const TrialRanking& ranking) { return ranking.scope == scope; });
    if (place == rankings.end())
      place = rankings.insert(rankings.end(), {.scope = scope, .sweeps = {}, .configurations = {}, .others = {}});
    place->sweeps.push_back(s);
  }
  const std::vector<std::vector<std::string>> keys = configuration_keys(sweeps);
  for (TrialRanking& ranking : rankings) rank(sweeps, keys, copies, ranking);
  return rankings;
}

}  // namespace agsweep
