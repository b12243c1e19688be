#pragma once

#include <string>
#include <vector>

#include "sweeps/aggregate/duplicates.hpp"
#include "sweeps/aggregate/importance.hpp"
#include "sweeps/aggregate/sweep_results.hpp"
#include "sweeps/aggregate/trial_ranking.hpp"

namespace agsweep {

/// The trials of one ranking with what they say together.
struct AggregatedRanking {
  TrialRanking ranking;
  std::vector<HyperparameterImportance> importances;
};

/// Several sweeps, from any machines, finished or not, compared as far as they can be.
struct Aggregate {
  std::vector<SweepResults> sweeps;
  std::vector<std::string> names;  // of the sweeps, all different
  std::vector<Duplicate> duplicates;
  std::vector<AggregatedRanking> rankings;
  std::vector<std::string> remarks;  // what a reader should know beside the numbers, each in one line
};

/// @param sweeps  at least one
Aggregate aggregate(std::vector<SweepResults> sweeps);

/// "best val.f1_macro of 9 epochs on all rows of corpus 0123456789ab"
std::string scope_text(const RankingScope& scope);

}  // namespace agsweep
