#pragma once

#include <memory>

#include "sweeps/sample/sampler.hpp"
#include "sweeps/space/sweep_spec.hpp"

namespace agsweep {

/// All configurations of a space of finite parameters, the last key varying fastest, without those that [[trial]] has already.
std::unique_ptr<Sampler> make_grid_sampler(const SweepSpec& spec);

}  // namespace agsweep
