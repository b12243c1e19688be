#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "base/json.hpp"
#include "sweeps/aggregate/trial_ranking.hpp"
#include "sweeps/statistics/sampling_error.hpp"  // ConfusionCounts

namespace agsweep {

/// A confusion matrix of result.json or test.json; nullopt where it is none.
std::optional<ConfusionCounts> confusion_counts(const nlohmann::json& stored);

/// Half of the 95 % interval of a trial's value that comes of the validation rows being a sample; none where result.json has no confusion
/// matrix of the trial's best epoch, or for the loss no standard error.
std::optional<double> row_half_width(const SweepResults& sweep, const TrialResults& trial);

/// How far a configuration's value may be off, each the half of a 95 % interval.
struct ValueError {
  std::optional<double> seeds = {};  // Student's t over its trainings; none for a single one
  std::optional<double> rows = {};   // the validation rows as a sample: all seeds share them, so more seeds do not lessen it

  /// Both together; none where neither is known.
  std::optional<double> total() const;
};
ValueError error_of(std::span<const SweepResults> sweeps, const RankedConfiguration& configuration);

/// How many of a ranking's complete configurations, from the first on, have values that cannot be told from the first's: the difference is
/// within the two errors together. The same rows were read for both, which makes a difference surer than that: the test is a cautious one.
/// @return 1: the first stands out; 0: it has no other to be told from, or its error is not known
std::size_t tied_with_best(std::span<const SweepResults> sweeps, const TrialRanking& ranking);

}  // namespace agsweep
