#pragma once

#include <cstdint>

#include "workers/metrics/metrics.hpp"

namespace agsweep {

/// One optimiser step; a line of steps.csv.
struct StepReport {
  std::int64_t step = 0;  // from 1
  double lr = 0;          // the one that the step used
  double loss = 0;        // the global batch's mean as optimised
  double grad_norm = 0;   // before clipping
  double tokens_per_second = 0;
  std::int64_t device_memory = 0;  // bytes in use after it; 0: no device
};

/// One finished epoch; two lines of epochs.csv.
struct EpochReport {
  std::int64_t epoch = 0;  // from 1
  std::int64_t step = 0;   // global step at its end
  Metrics train;           // running values, dropout on
  Metrics val;             // plain cross-entropy
  double train_seconds = 0;
  double val_seconds = 0;
  bool best = false;      // the best so far
  double best_value = 0;  // of the run's metric, in the best epoch so far
};

}  // namespace agsweep
