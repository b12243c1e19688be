#pragma once

#include <memory>

#include "sweeps/sample/sampler.hpp"
#include "sweeps/space/sweep_spec.hpp"

namespace agsweep {

/// Independent uniform draws on each parameter's scale: random_point of the spec's sampler_seed and the index.
std::unique_ptr<Sampler> make_random_sampler(const SweepSpec& spec);

}  // namespace agsweep
