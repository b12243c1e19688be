#pragma once

#include <cstdint>
#include <vector>

namespace agsweep {

/// The epochs after which ASHA compares trials: min_epochs * eta^k for k = 0, 1, .. below `epochs`, then `epochs` itself.
///
/// In integers alone: a rung count from logarithms in doubles is off by one for 243 epochs and eta 3.
/// @param min_epochs  1 to epochs
/// @param eta         2 or more
/// @param epochs      the length of each trial's schedule
/// @return ascending, at least one; the last is where a trial is complete
/// @throws UsageError for numbers outside those ranges
std::vector<std::int64_t> asha_rungs(std::int64_t min_epochs, std::int64_t eta, std::int64_t epochs);

}  // namespace agsweep
