#pragma once

#include <span>
#include <vector>

namespace agsweep {

/// The best score that a search of some number of trials would find.
struct ExpectedBest {
  double mean = 0;
  double standard_deviation = 0;
};

/// Expected best validation score against budget: Dodge et al. 2019, "Show your work: improved reporting of experimental results", the
/// estimator V-hat. The best of k trials drawn with replacement from the n that were run: with the scores sorted, it is the i-th with
/// probability (i/n)^k - ((i-1)/n)^k. Fair where configurations are drawn independently of each other: random search, not TPE.
/// @param scores  of the trials, in any order; more is better; finite
/// @return one entry a budget: element k - 1 for k trials, k = 1 .. n
std::vector<ExpectedBest> expected_best(std::span<const double> scores);

}  // namespace agsweep
