#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sweeps/sample/sampler.hpp"  // Observation

namespace agsweep {

/// The trials that TPE learns good and other configurations from, by position in the history, ascending.
struct TpeSplit {
  std::vector<std::size_t> better;
  std::vector<std::size_t> others;
};

/// How many trials have reported: those that a split ranks.
std::int64_t reported_trials(std::span<const Observation> history);

/// The better ones are the first min(ceil(n / 10), 25) of the n trials that have reported. Complete trials come first, by score; then the
/// others, by the epoch that they reached, further first, and then by score. The earlier of equals comes first. A trial that has not
/// reported is among the others.
TpeSplit split_history(std::span<const Observation> history);

}  // namespace agsweep
