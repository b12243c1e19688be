#pragma once

#include <functional>
#include <string>

#include <ATen/ATen.h>

#include "workers/comm/communicator.hpp"
#include "workers/run/checkpoint.hpp"
#include "workers/train/progress_state.hpp"
#include "workers/train/trainer.hpp"

namespace agsweep {

/// Writes a generation on rank 0: weights, moments (until the last step), counters, and the best epoch's weights where they are not the
/// current ones.
///
/// Collective over comm. @throws RunTimeError on every rank (a full disk, for one); earlier generations stay
void save_checkpoint(Communicator& comm, CheckpointStore& store, Trainer& trainer, const at::Tensor& best, const ProgressState& state);

/// Restores the newest whole generation on every rank; only rank 0 reads.
///
/// Collective over comm.
/// @param best  written: the best epoch's weights, where the state has a best epoch
/// @param warn  called on rank 0 for each damaged generation
/// @return whether there was one
/// @throws DataError when every generation is damaged or is of another model
bool load_checkpoint(Communicator& comm, CheckpointStore& store, Trainer& trainer, at::Tensor& best, ProgressState& state,
                     const std::function<void(const std::string&)>& warn);

}  // namespace agsweep
