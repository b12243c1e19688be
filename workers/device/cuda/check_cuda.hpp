#pragma once

#include <cuda_runtime_api.h>

#include "base/error.hpp"

namespace agsweep {

/// @throws RunTimeError that names call and device, in CUDA's words, when `result` is not cudaSuccess
inline void check_cuda(cudaError_t result, const char* call, int device) {
  if (result == cudaSuccess) return;
  cudaGetLastError();  // or a later, unrelated call would report it again
  throw RunTimeError("{} on device {}: {} ({})", call, device, cudaGetErrorString(result), cudaGetErrorName(result));
}

}  // namespace agsweep
