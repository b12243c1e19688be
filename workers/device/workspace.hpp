#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <ATen/ATen.h>

#include "workers/kernels/device_kernels.hpp"

namespace agsweep {

/// What one thread computes with: the kernels of its device, and memory there for activations and gradients. The memory is a stack that is
/// reused from shard to shard, so that a step neither asks for memory nor touches new pages. Tensors are 64-byte aligned and hold
/// garbage at first.
class Workspace {
 public:
  /// @param kernels  of the device; live longer than the workspace
  explicit Workspace(Kernels& kernels) : kernels_(kernels), device_(at::kCPU) {}
  Workspace(DeviceKernels& kernels, c10::Device device) : kernels_(kernels), device_kernels_(&kernels), device_(device) {}

  Kernels& kernels() { return kernels_; }
  DeviceKernels* device_kernels() { return device_kernels_; }  // null on the CPU
  c10::Device device() const { return device_; }

  at::Tensor empty(at::IntArrayRef shape, at::ScalarType type);
  at::Tensor zeros(at::IntArrayRef shape, at::ScalarType type) { return empty(shape, type).zero_(); }
  std::byte* take(std::size_t bytes);

  std::size_t peak() const { return peak_; }  // the most bytes that were in use at once

  /// Frees, at its end, all that was taken since its begin.
  class Scope {
   public:
    explicit Scope(Workspace& workspace)
        : workspace_(workspace), block_(workspace.block_), used_(workspace.used_), before_(workspace.before_) {}
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() {
      workspace_.block_ = block_;
      workspace_.used_ = used_;
      workspace_.before_ = before_;
    }

   private:
    Workspace& workspace_;
    std::size_t block_;
    std::size_t used_;
    std::size_t before_;
  };

 private:
  struct Block {
    at::Tensor memory;  // bytes
    std::size_t size;
  };

  Kernels& kernels_;
  DeviceKernels* device_kernels_ = nullptr;
  c10::Device device_;
  std::vector<Block> blocks_;
  std::size_t block_ = 0;   // the one in use
  std::size_t used_ = 0;    // bytes of it
  std::size_t before_ = 0;  // bytes of the blocks before it
  std::size_t peak_ = 0;
};

}  // namespace agsweep
