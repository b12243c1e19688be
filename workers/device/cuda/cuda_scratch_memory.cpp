#include "workers/device/cuda/cuda_scratch_memory.hpp"

#include <algorithm>  // std::max

#include <c10/cuda/CUDACachingAllocator.h>

#include "workers/device/out_of_memory.hpp"

namespace agsweep {

CudaScratchMemory::~CudaScratchMemory() {
  for (void* block : blocks_) c10::cuda::CUDACachingAllocator::raw_delete(block);
}

void* CudaScratchMemory::grow(std::size_t bytes) {
  if (bytes <= size_) return blocks_.back();
  blocks_.reserve(blocks_.size() + 1);
  const std::size_t size = std::max(bytes, 2 * size_);
  try {
    blocks_.push_back(c10::cuda::CUDACachingAllocator::raw_alloc_with_stream(size, stream_));
  } catch (const c10::OutOfMemoryError& error) {
    throw out_of_memory(size, error);
  }
  size_ = size;
  return blocks_.back();
}

}  // namespace agsweep
