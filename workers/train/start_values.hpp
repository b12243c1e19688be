#pragma once

#include "workers/model/model.hpp"
#include "workers/model/parameters.hpp"
#include "workers/train/config.hpp"
#include "workers/train/shared_weights.hpp"

namespace agsweep {

/// Fills the parameters as a training begins: from the seed, or with the weights of --init.
/// @throws DataError naming the --init file and what does not fit; UsageError for an adapter of another rank or scale than the options'
void set_start_values(const Model& model, const TrainConfig& config, SharedWeights& shared, Parameters& parameters);

}  // namespace agsweep
