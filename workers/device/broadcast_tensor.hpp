#pragma once

#include <ATen/ATen.h>

#include "workers/comm/communicator.hpp"

namespace agsweep {

/// Rank 0's values on every rank, through the host; the tensor may be on a device. Collective over comm.
void broadcast_tensor(Communicator& comm, at::Tensor& tensor);

}  // namespace agsweep
