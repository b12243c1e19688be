#pragma once

#include <cstdint>
#include <string_view>

#include "workers/metrics/metrics.hpp"
#include "workers/train/progress_state.hpp"

namespace agsweep {

/// Whether an epoch's validation metrics are better than every earlier epoch's. An equal value is not: of equals the first is the best.
/// @param metric  "val.f1_macro", as --metric names it
bool is_best_epoch(const Metrics& val, const ProgressState& state, std::string_view metric);

/// Whether `patience` epochs have passed since the best one; 0 waits for ever.
bool stops_early(const ProgressState& state, std::int64_t patience);

}  // namespace agsweep
