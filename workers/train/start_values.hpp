#pragma once

#include "workers/model/model.hpp"
#include "workers/model/parameters.hpp"
#include "workers/train/config.hpp"
#include "workers/train/shared_weights.hpp"

namespace agsweep {

/// The parameters as a training begins, from the seed or the weights of --init: [layout.total()] fp32, on the host; not to be written to.
/// @throws DataError naming the --init file and what does not fit; UsageError for an adapter of another rank or scale than the options'
at::Tensor start_values(const Model& model, const TrainConfig& config, SharedWeights& shared);

}  // namespace agsweep
