#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sweeps/sample/sampler.hpp"
#include "sweeps/space/sweep_spec.hpp"

namespace agsweep {

/// Tree-structured Parzen estimator over all parameters jointly: Bergstra et al. 2011, "Algorithms for hyper-parameter optimization"; the
/// joint form of Falkner et al. 2018 (BOHB), which Optuna calls multivariate.
///
/// While fewer than 10 trials of the history have reported, random points. Then 24 candidates are drawn from the density of the better
/// trials, and the one where that density exceeds the other trials' most is taken; one that no trial has had yet, if there is any, since
/// the same configuration and seed would only give the same result again. Trials that have not reported yet count among the
/// others (the "constant liar" of parallel search), so that workers that ask at the same time get different points.
///
/// All random numbers come from Philox(spec.sampler_seed, index): the same history and index give the same point.
/// @param spec  its space and sampler_seed count; observations outside the space's bounds are moved to the nearest bound
std::unique_ptr<Sampler> make_tpe_sampler(const SweepSpec& spec);

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
