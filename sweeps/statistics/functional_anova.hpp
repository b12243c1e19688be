#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sweeps/space/parameter.hpp"

namespace agsweep {

/// The share of a score's variance over the space that a parameter explains by itself.
struct Importance {
  double mean = 0;  // over the trees of the forest; 0 .. 1
  double low = 0;   // 2.5 % and 97.5 % of the trees: how sure the forest is
  double high = 0;  //
};

struct FunctionalAnova {
  std::vector<Importance> parameters;  // one a parameter of the space, in its order
  double interactions = 0;             // the mean share that no single parameter explains
  bool constant = false;               // the scores do not vary over these configurations, so that every share is 0
};

/// With fewer configurations than this the shares say little.
inline constexpr std::size_t functional_anova_least_points = 20;

/// Importance of hyperparameters by functional ANOVA: Hutter et al. 2014, "An efficient approach for assessing hyperparameter importance".
/// A forest of 64 regression trees, each grown on a bootstrap sample of at most 2,000 points, predicts the score; each tree's variance over
/// the space is split exactly. The space's measure is that of its scales: uniform in the logarithm for log and log_int, equal shares for
/// whole numbers and values.
/// @param points  one number a parameter; those outside the space's bounds count as at the bound
/// @param scores  one a point, finite
/// @param seed    bootstrap samples and ties come from Philox(seed, tree)
FunctionalAnova functional_anova(const SearchSpace& space, std::span<const Point> points, std::span<const double> scores,
                                 std::uint64_t seed);

}  // namespace agsweep
