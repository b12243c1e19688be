#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "data/corpus.hpp"
#include "workers/device/compute_place.hpp"
#include "workers/train/config.hpp"

namespace agsweep {

/// Seconds that one call with so many rows takes.
struct CallLatency {
  std::int64_t rows = 0;
  std::int64_t calls = 0;  // that were timed, after a warm-up
  double p50 = 0;
  double p95 = 0;
  double p99 = 0;
};

/// What a trained model costs where it is used.
struct InferenceMeasurement {
  double startup_seconds = 0;             // from the files to the first answer
  std::vector<CallLatency> batches = {};  // of 1, 8 and 64 rows; on the CPU a call takes one thread
  double rows_per_second = 0;             // with all threads
  std::int64_t resident_bytes = 0;        // of the host, that the model and its calls have taken
  std::int64_t device_bytes = 0;          // in use on the device; 0: none
};

/// Answers rows of a split for a few seconds, on this process alone.
/// @param config   the run's own; threads of this machine
/// @param weights  RUN/model.safetensors
/// @param alive    called between calls
/// @param seconds  for each figure, at most (but for a slow model's few calls)
/// @throws DataError when the weights do not fit the configuration
InferenceMeasurement measure_inference(const Split& split, std::size_t classes, const TrainConfig& config, const ComputePlace& place,
                                       const std::filesystem::path& weights, const std::function<void()>& alive, double seconds);

}  // namespace agsweep
