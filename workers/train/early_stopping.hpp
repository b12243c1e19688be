#pragma once

#include <cstdint>

#include "base/metric.hpp"
#include "workers/metrics/metrics.hpp"
#include "workers/train/progress_state.hpp"

namespace agsweep {

/// Whether an epoch's validation metrics are better than every earlier epoch's. An equal value is not: of equals the first is the best.
bool is_best_epoch(const Metrics& val, const ProgressState& state, Metric metric);

/// Whether `patience` epochs have passed since the best one; 0 waits for ever.
bool stops_early(const ProgressState& state, std::int64_t patience);

}  // namespace agsweep
