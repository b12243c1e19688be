#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <ATen/ATen.h>

#include "workers/kernels/attention.hpp"  // AttentionScratch

namespace agsweep {

/// One thread's memory for activations and gradients: a stack that is reused from shard to shard, so that a step neither asks the system
/// for memory nor touches new pages. Tensors are 64-byte aligned and hold garbage at first.
class Workspace {
 public:
  at::Tensor empty(at::IntArrayRef shape, at::ScalarType type);
  at::Tensor zeros(at::IntArrayRef shape, at::ScalarType type);

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

  AttentionScratch attention;

 private:
  struct Block {
    std::unique_ptr<std::byte[], void (*)(std::byte*)> memory;
    std::size_t size;
  };
  std::byte* take(std::size_t bytes);

  std::vector<Block> blocks_;
  std::size_t block_ = 0;   // the one in use
  std::size_t used_ = 0;    // bytes of it
  std::size_t before_ = 0;  // bytes of the blocks before it
  std::size_t peak_ = 0;
};

}  // namespace agsweep
