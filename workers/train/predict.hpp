#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "data/corpus.hpp"
#include "workers/comm/communicator.hpp"
#include "workers/device/compute_place.hpp"
#include "workers/metrics/metrics.hpp"
#include "workers/train/config.hpp"
#include "workers/train/keep.hpp"

namespace agsweep {

struct Prediction {
  Metrics metrics;            // loss is plain cross-entropy
  std::vector<float> logits;  // [rows * classes], in the split's order
  std::size_t classes = 0;
  std::vector<float> hidden;  // [rows * width], with Keep::logits_and_hidden

  std::size_t width() const { return logits.empty() ? 0 : hidden.size() / (logits.size() / classes); }
};

/// Logits and metrics of RUN's weights on a split (labels 0 where there are none: then ignore the metrics).
///
/// Collective over comm; every rank gets the same bits.
/// @param config    the run's own configuration (geometry, precision; threads of this machine)
/// @param weights   RUN/model.safetensors or any file with the model's names
/// @param progress  called on rank 0 with (done, all) batches; may be empty
/// @throws DataError when the weights do not fit the configuration
Prediction predict(Communicator& comm, const Split& split, std::size_t classes, const TrainConfig& config, const ComputePlace& place,
                   const std::filesystem::path& weights, const std::function<void(std::int64_t, std::int64_t)>& progress,
                   Keep keep = Keep::logits);

/// predictions CSV: row,label,predicted,logit_0.. with 9 significant digits; written atomically.
void write_predictions(const std::filesystem::path& path, const Split& split, const Prediction& prediction);

}  // namespace agsweep
