#pragma once

#include <memory>

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

}  // namespace agsweep
