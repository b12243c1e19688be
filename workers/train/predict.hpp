#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "data/corpus.hpp"
#include "workers/comm/communicator.hpp"
#include "workers/device/compute_place.hpp"
#include "workers/train/config.hpp"
#include "workers/train/prediction.hpp"

namespace agsweep {

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

}  // namespace agsweep
