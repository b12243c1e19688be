#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sweeps/aggregate/sweep_results.hpp"

namespace agsweep {

/// What happened at one of ASHA's rungs.
struct RungRow {
  std::int64_t epoch = 0;
  std::int64_t reached = 0;                // trials that reported there; failed ones do not count
  std::int64_t promoted = 0;               // of those, trials that have trained further, or been told to
  double best = 0;                         // the best value up to the rung's epoch; only where reached > 0
  double median = 0;                       // of those values
  std::int64_t pairs = 0;                  // trials that reached both this rung and the last
  std::optional<double> correlation = {};  // Spearman's, over the pairs: value at this rung against value at the last; none as spearman()
};

/// Of a sweep under ASHA, first rung first; the last one's correlation is none. Empty before the first trial.
///
/// Only trials that were promoted all the way have both values, so the correlation is of a selection, and lower than over all trials.
std::vector<RungRow> rung_table(const SweepResults& sweep);

}  // namespace agsweep
