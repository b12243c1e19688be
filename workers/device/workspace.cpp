#include "workers/device/workspace.hpp"

#include <algorithm>  // std::max
#include <mutex>
#include <new>      // std::bad_alloc
#include <utility>  // std::move

#include "workers/device/out_of_memory.hpp"
#include "workers/device/tensor_at.hpp"

namespace agsweep {

namespace {

// Larger than any tensor of a common model, since what is left of a block when the next tensor does not fit is lost.
constexpr std::size_t smallest_block = std::size_t{32} << 20;

/// ATen's memory begins at a multiple of 64 bytes on the CPU, and of 512 on a device.
at::Tensor bytes_on(c10::Device device, std::size_t size) {
  try {
    return at::empty({static_cast<std::int64_t>(size)}, at::TensorOptions(at::kByte).device(device));
  } catch (const c10::OutOfMemoryError& error) {
    throw out_of_memory(size, error);
  } catch (const c10::Error&) {
    if (device.is_cpu()) throw std::bad_alloc();  // the CPU's allocator has no type of its own for it
    throw;
  }
}

/// The CPU's blocks of the smallest size, the most of them: what a workspace leaves at its end, the next one takes, so that the trials of a
/// sweep touch the same pages. Left to malloc, a block would be given back to the system, or broken by what outlives the trial.
class SmallestBlocks {
 public:
  at::Tensor take() {
    at::Tensor block;
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        block = std::move(idle_.back());
        idle_.pop_back();
      }
    }
    if (!block.defined()) block = bytes_on(at::kCPU, smallest_block);
    return at::from_blob(
        block.data_ptr(), block.sizes(),
        [this, block](void*) {
          const std::lock_guard lock(mutex_);
          idle_.push_back(block);
        },
        at::kByte);
  }

 private:
  std::mutex mutex_;
  std::vector<at::Tensor> idle_;
};

at::Tensor new_block(c10::Device device, std::size_t size) {
  static SmallestBlocks& smallest = *new SmallestBlocks;  // outlives all workspaces
  return device.is_cpu() && size == smallest_block ? smallest.take() : bytes_on(device, size);
}

}  // namespace

std::byte* Workspace::take(std::size_t bytes) {
  bytes = aligned(bytes);
  while (block_ < blocks_.size() && blocks_[block_].size - used_ < bytes) {
    before_ += blocks_[block_].size;
    ++block_;
    used_ = 0;
  }
  if (block_ == blocks_.size()) {
    const std::size_t size = std::max(bytes, smallest_block);
    blocks_.push_back({new_block(device_, size), size});
    used_ = 0;
  }
  std::byte* memory = static_cast<std::byte*>(blocks_[block_].memory.data_ptr()) + used_;
  used_ += bytes;
  peak_ = std::max(peak_, before_ + used_);
  return memory;
}

at::Tensor Workspace::empty(at::IntArrayRef shape, at::ScalarType type) {
  std::size_t bytes = at::elementSize(type);
  for (const std::int64_t extent : shape) bytes *= static_cast<std::size_t>(extent);
  return tensor_at(take(bytes), shape, type, device_);
}

}  // namespace agsweep
