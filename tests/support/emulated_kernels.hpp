#pragma once

#include <cstddef>
#include <cstring>  // std::memset
#include <memory>
#include <new>  // std::align_val_t

#include "workers/kernels/cuda/cuda_kernels.hpp"

namespace agsweep {

/// Host memory as the emulated device's scratch: exactly as much as was asked for, full of NaNs.
class HostScratch final : public ScratchMemory {
 public:
  void* grow(std::size_t bytes) override {
    memory_.reset(static_cast<std::byte*>(::operator new(bytes, alignment)));
    std::memset(memory_.get(), 0xFF, bytes);
    return memory_.get();
  }

 private:
  static constexpr std::align_val_t alignment{256};
  struct Free {
    void operator()(std::byte* memory) const { ::operator delete(memory, alignment); }
  };
  std::unique_ptr<std::byte, Free> memory_;
};

/// The device's kernels on the emulator: each call is done when it returns.
class EmulatedKernels {
 public:
  CudaKernels& operator*() { return kernels_; }
  CudaKernels* operator->() { return &kernels_; }

 private:
  HostScratch scratch_;
  CudaKernels kernels_{nullptr, scratch_};
};

}  // namespace agsweep
