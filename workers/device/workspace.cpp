#include "workers/device/workspace.hpp"

#include <algorithm>  // std::max
#include <new>        // std::bad_alloc

#include "workers/device/out_of_memory.hpp"
#include "workers/device/tensor_at.hpp"

namespace agsweep {

namespace {

// Larger than any tensor of a common model, since what is left of a block when the next tensor does not fit is lost; and below 32 MiB,
// from where on glibc gives memory back to the system at each release, so that every trial of a sweep would touch new pages.
constexpr std::size_t smallest_block = std::size_t{30} << 20;

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
    blocks_.push_back({bytes_on(device_, size), size});
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
