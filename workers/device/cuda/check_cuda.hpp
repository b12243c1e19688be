#pragma once

#include <cuda_runtime_api.h>

#include "base/error.hpp"

namespace agsweep {

/// @throws TrialFailure where memory does not suffice, the host's for copies among it; else RunTimeError in CUDA's words when `result` is
/// not cudaSuccess: both name call and device
inline void check_cuda(cudaError_t result, const char* call, int device) {
  if (result == cudaSuccess) return;
  cudaGetLastError();  // or a later, unrelated call would report it again
  if (result == cudaErrorMemoryAllocation) throw TrialFailure("{} on device {}: memory does not suffice", call, device);
  throw RunTimeError("{} on device {}: {} ({})", call, device, cudaGetErrorString(result), cudaGetErrorName(result));
}

}  // namespace agsweep
