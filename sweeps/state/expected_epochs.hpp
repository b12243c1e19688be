#pragma once

#include <cstdint>

#include "sweeps/space/sweep_spec.hpp"

namespace agsweep {

/// Epochs that all trials of a sweep will train together, about: with ASHA a rung's best 1/eta go on to the next; the median rule is taken
/// to stop none.
/// @param epochs  of a trial's schedule
double expected_epochs(const SweepSpec& spec, std::int64_t epochs, std::int64_t trials);

}  // namespace agsweep
