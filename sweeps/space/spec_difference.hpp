#pragma once

#include <string>

#include "sweeps/space/sweep_spec.hpp"

namespace agsweep {

/// What keeps a sweep that was begun with one spec from going on with another: a line for each key that differs, with both values. Empty
/// where they differ by more trials, by seeds appended, or by more retries, if at all.
std::string spec_difference(const SweepSpec& before, const SweepSpec& now);

}  // namespace agsweep
