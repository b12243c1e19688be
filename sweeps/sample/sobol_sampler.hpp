#pragma once

#include <memory>

#include "sweeps/sample/sampler.hpp"
#include "sweeps/space/sweep_spec.hpp"

namespace agsweep {

/// Scrambled Sobol points, keyed by the spec's sampler_seed, one dimension a parameter: any first n of them are spread evenly.
std::unique_ptr<Sampler> make_sobol_sampler(const SweepSpec& spec);

}  // namespace agsweep
