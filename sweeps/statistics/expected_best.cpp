#include "sweeps/statistics/expected_best.hpp"

#include <algorithm>  // std::sort
#include <cmath>

namespace agsweep {

std::vector<ExpectedBest> expected_best(std::span<const double> scores) {
  std::vector<double> sorted(scores.begin(), scores.end());
  std::sort(sorted.begin(), sorted.end());
  const std::size_t count = sorted.size();

  std::vector<double> at_most(count, 1);  // probability that the best of k is at most the i-th: ((i + 1) / n)^k
  std::vector<double> chance(count);      // that it is the i-th; equal scores add up to their share
  std::vector<ExpectedBest> curve(count);
  for (ExpectedBest& best : curve) {
    double below = 0;
    for (std::size_t i = 0; i < count; ++i) {
      at_most[i] *= static_cast<double>(i + 1) / static_cast<double>(count);
      chance[i] = at_most[i] - below;
      below = at_most[i];
    }
    for (std::size_t i = 0; i < count; ++i) best.mean += chance[i] * sorted[i];
    double variance = 0;
    for (std::size_t i = 0; i < count; ++i) variance += chance[i] * (sorted[i] - best.mean) * (sorted[i] - best.mean);
    best.standard_deviation = std::sqrt(variance);
  }
  return curve;
}

}  // namespace agsweep
