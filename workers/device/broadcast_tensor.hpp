#pragma once

#include <ATen/ATen.h>

#include "workers/comm/communicator.hpp"
#include "workers/device/workers.hpp"

namespace agsweep {

/// Rank 0's values on every rank, through the host; the tensor may be on the workers' device. Collective over comm.
void broadcast_tensor(Communicator& comm, Workers& workers, at::Tensor& tensor);

}  // namespace agsweep
