#include "sweeps/aggregate/aggregate.hpp"

#include <algorithm>  // std::any_of, std::count_if
#include <utility>    // std::move

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "sweeps/aggregate/find_sweeps.hpp"  // sweep_names

namespace agsweep {

namespace {

std::string counted(std::int64_t count, const char* one, const char* several) {
  return fmt::format("{} {}", count, count == 1 ? one : several);
}

std::string trial_name(const Aggregate& all, const TrialRef& ref) {
  return all.sweeps.size() == 1 ? fmt::format("trial {}", ref.trial) : fmt::format("{} trial {}", all.names[ref.sweep], ref.trial);
}

std::string listed(const Aggregate& all, const std::vector<std::size_t>& sweeps) {
  std::vector<std::string> names;
  for (const std::size_t sweep : sweeps) names.push_back(all.names[sweep]);
  return fmt::format("{}", fmt::join(names, ", "));
}

/// Why there are several rankings: what their scopes differ in.
void remark_rankings(Aggregate& all) {
  if (all.rankings.size() < 2) return;
  const RankingScope& first = all.rankings.front().ranking.scope;
  std::vector<std::string> reasons;
  const auto add = [&](const char* name, auto member) {
    const auto differs = [&](const AggregatedRanking& one) { return one.ranking.scope.*member != first.*member; };
    if (std::any_of(all.rankings.begin(), all.rankings.end(), differs)) reasons.emplace_back(name);
  };
  add("metric", &RankingScope::metric);
  add("epochs", &RankingScope::epochs);
  add("train-limit", &RankingScope::train_limit);
  add("val-limit", &RankingScope::val_limit);
  add("corpus", &RankingScope::data_sha256);
  all.remarks.push_back(fmt::format("{} rankings: the sweeps differ in {}, so their values cannot be compared", all.rankings.size(),
                                    fmt::join(reasons, ", ")));
}

void remark_duplicates(Aggregate& all) {
  for (const Duplicate& duplicate : all.duplicates) {
    const SweepTrial& copy = trial_of(all.sweeps, duplicate.copy);
    std::string remark = fmt::format("{} repeats {} (same config_hash, seed {}) and does not count", trial_name(all, duplicate.copy),
                                     trial_name(all, duplicate.counts), copy.seed);
    if (duplicate.differs_at) {
      const auto place = static_cast<std::size_t>(*duplicate.differs_at - 1);
      remark += fmt::format("; their values differ from epoch {} on: {:.9g} and {:.9g}", *duplicate.differs_at, copy.values[place],
                            trial_of(all.sweeps, duplicate.counts).values[place]);
    }
    all.remarks.push_back(std::move(remark));
  }
}

void remark_seeds(Aggregate& all) {
  for (const AggregatedRanking& one : all.rankings) {
    std::size_t fewest = 0;
    std::size_t most = 0;
    for (const RankedConfiguration& configuration : one.ranking.configurations) {
      if (!configuration.complete) continue;
      const std::size_t seeds = configuration.trials.size();
      fewest = fewest == 0 ? seeds : std::min(fewest, seeds);
      most = std::max(most, seeds);
    }
    if (fewest == most) continue;
    all.remarks.push_back(fmt::format("{}: complete configurations have {} to {} seeds each, so the best may be best by fewer of them",
                                      listed(all, one.ranking.sweeps), fewest, most));
  }
}

void remark_importances(Aggregate& all) {
  for (const AggregatedRanking& one : all.rankings) {
    for (const HyperparameterImportance& importance : one.importances) {
      if (importance.shares) continue;
      all.remarks.push_back(fmt::format("{}: importance left out: {}", listed(all, importance.sweeps), importance.reason));
    }
  }
}

/// What a sweep as it stands lacks.
void remark_sweeps(Aggregate& all) {
  for (std::size_t s = 0; s < all.sweeps.size(); ++s) {
    const std::vector<TrialResults>& trials = all.sweeps[s].trials;
    const auto count = [&](auto which) { return std::count_if(trials.begin(), trials.end(), which); };
    const auto open = count([](const TrialResults& results) { return !results.trial.ended(); });
    if (open > 0) {
      all.remarks.push_back(
          fmt::format("{}: {} not ended; the ranking may still change", all.names[s], counted(open, "trial has", "trials have")));
    }
    const auto silent =
        count([](const TrialResults& results) { return results.trial.phase == TrialPhase::complete && results.result.is_null(); });
    if (silent > 0) {
      all.remarks.push_back(fmt::format("{}: {} no readable result.json, so seconds and config_hash are not known", all.names[s],
                                        counted(silent, "complete trial has", "complete trials have")));
    }
  }
}

}  // namespace

std::string scope_text(const RankingScope& scope) {
  return fmt::format("best {} of {} on {} rows of corpus {}", to_word(scope.metric), counted(scope.epochs, "epoch", "epochs"),
                     limit_text(scope.train_limit), scope.data_sha256.substr(0, 12));
}

Aggregate aggregate(std::vector<SweepResults> sweeps) {
  Aggregate all{.sweeps = std::move(sweeps), .names = {}, .duplicates = {}, .rankings = {}, .remarks = {}};
  all.names = sweep_names(all.sweeps);
  all.duplicates = find_duplicates(all.sweeps);
  std::set<TrialRef> copies;
  for (const Duplicate& duplicate : all.duplicates) copies.insert(duplicate.copy);
  for (TrialRanking& ranking : rank_trials(all.sweeps, copies)) {
    AggregatedRanking one{.ranking = std::move(ranking), .importances = {}};
    one.importances = importances(all.sweeps, one.ranking.sweeps, copies);
    all.rankings.push_back(std::move(one));
  }
  remark_rankings(all);
  remark_sweeps(all);
  remark_duplicates(all);
  remark_seeds(all);
  remark_importances(all);
  return all;
}

}  // namespace agsweep
