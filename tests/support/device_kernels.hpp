#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>  // std::runtime_error
#include <string>
#include <vector>

#include "workers/kernels/cuda/cuda_kernels.hpp"

namespace agsweep {

inline void require_success(cudaError_t error) {
  if (error != cudaSuccess) throw std::runtime_error(cudaGetErrorString(error));
}

/// Memory that both the host and the device can use, so that tests read the same on a GPU as on the emulator: slow, and enough for them.
inline void* allocate_for_tests(std::size_t bytes) {
  void* memory = nullptr;
  require_success(cudaMallocHost(&memory, bytes + 1));
  return memory;
}
inline void free_for_tests(void* memory) { cudaFreeHost(memory); }

/// A GPU chooses its orders itself.
inline void begin_orders(std::uint64_t /*seed*/) {}

/// A device's scratch memory, full of NaNs.
class DeviceScratch final : public ScratchMemory {
 public:
  DeviceScratch() = default;
  DeviceScratch(const DeviceScratch&) = delete;
  DeviceScratch& operator=(const DeviceScratch&) = delete;
  ~DeviceScratch() override {
    for (void* block : blocks_) cudaFree(block);
  }

  void* grow(std::size_t bytes) override {
    if (bytes > size_ || blocks_.empty()) {
      require_success(cudaMalloc(&blocks_.emplace_back(nullptr), bytes + 1));
      require_success(cudaMemset(blocks_.back(), 0xFF, bytes + 1));
      size_ = bytes;
    }
    return blocks_.back();
  }

 private:
  std::vector<void*> blocks_;
  std::size_t size_ = 0;
};

/// The kernels on the machine's GPU, in the default stream.
class KernelsUnderTest {
 public:
  KernelsUnderTest() = default;
  KernelsUnderTest(const KernelsUnderTest&) = delete;
  KernelsUnderTest& operator=(const KernelsUnderTest&) = delete;
  ~KernelsUnderTest() { cudaDeviceSynchronize(); }

  CudaKernels& operator*() { return kernels_; }
  CudaKernels* operator->() { return &kernels_; }
  /// Until the calls so far are done.
  void wait() const { require_success(cudaDeviceSynchronize()); }

 private:
  DeviceScratch scratch_;
  CudaKernels kernels_{nullptr, scratch_};
};

}  // namespace agsweep
