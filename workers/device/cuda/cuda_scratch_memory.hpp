#pragma once

#include <cstddef>
#include <vector>

#include <cuda_runtime_api.h>

#include "workers/kernels/cuda/scratch_memory.hpp"

namespace agsweep {

/// From LibTorch's allocator, for one stream; grows by doubling, and keeps what it gave.
class CudaScratchMemory final : public ScratchMemory {
 public:
  explicit CudaScratchMemory(cudaStream_t stream) : stream_(stream) {}
  ~CudaScratchMemory() override;
  CudaScratchMemory(const CudaScratchMemory&) = delete;
  CudaScratchMemory& operator=(const CudaScratchMemory&) = delete;

  /// On the calling thread's device. @throws TrialFailure with the bytes that the device does not have
  void* grow(std::size_t bytes) override;

 private:
  cudaStream_t stream_;
  std::vector<void*> blocks_;  // the last is the largest
  std::size_t size_ = 0;       // of the last
};

}  // namespace agsweep
