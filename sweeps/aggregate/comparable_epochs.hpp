#pragma once

#include <cstdint>
#include <vector>

#include "sweeps/aggregate/sweep_results.hpp"

namespace agsweep {

/// The epochs at which a sweep's trials may be compared, ascending: ASHA's rungs, or without it each epoch of the schedule. Empty before
/// the first trial.
std::vector<std::int64_t> comparable_epochs(const SweepResults& sweep);

/// Whether a trial has a value at an epoch, which is the best up to it. A complete trial has one at each, also where its own options ended
/// it early: its best value is final.
bool has_reached(const SweepTrial& trial, std::int64_t epoch);

}  // namespace agsweep
