#pragma once

#include <cstdint>

#include "data/corpus.hpp"
#include "workers/device/compute_place.hpp"
#include "workers/train/config.hpp"

namespace agsweep {

class SharedWeights;

struct StepMeasurement {
  double seconds = 0;  // of one step on this process alone
  double seconds_per_token = 0;
  std::int64_t parameters = 0;  // trained ones
};

/// Trains a few steps of a configuration, and forgets them. @throws as train()
StepMeasurement measure_step(const Corpus& corpus, SharedWeights& shared, const ComputePlace& place, const TrainConfig& config);

}  // namespace agsweep
