#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/enum_words.hpp"
#include "sweeps/aggregate/trial_ranking.hpp"

namespace agsweep {

/// What a configuration costs: trained parameters, seconds of training and evaluation, or the peak of memory in bytes, on the device where
/// the trial ran on one.
enum class ParetoCost { parameters, seconds, memory };
template <>
inline constexpr auto enum_words<ParetoCost> = std::to_array<std::string_view>({"parameters", "seconds", "memory"});

/// None where the trial has no result.json that tells it.
std::optional<double> cost_of(const TrialResults& trial, ParetoCost cost);

/// A complete configuration by what it costs and what it brings.
struct ParetoPoint {
  std::size_t rank = 0;  // its place in the ranking, from 0
  double cost = 0;       // mean over its trials
  double value = 0;      // mean over its trials
  bool best = false;     // no other is as cheap or cheaper, and as good or better
};

/// @return by cost, cheapest first, then by value, best first; complete configurations whose cost is known. Pruned ones had less time, and
/// do not count. Of several that are equal in both the first in the ranking is best.
std::vector<ParetoPoint> pareto_points(std::span<const SweepResults> sweeps, const TrialRanking& ranking, ParetoCost cost);

}  // namespace agsweep
