#include "workers/model/workspace.hpp"

#include <algorithm>  // std::max
#include <cstring>    // std::memset
#include <new>        // std::align_val_t

namespace agsweep {

namespace {

constexpr std::align_val_t alignment{64};
// Larger than any tensor of a common model, since what is left of a block when the next tensor does not fit is lost; and below 32 MiB,
// from where on glibc gives memory back to the system at each release, so that every trial of a sweep would touch new pages.
constexpr std::size_t smallest_block = std::size_t{30} << 20;

}  // namespace

std::byte* Workspace::take(std::size_t bytes) {
  bytes = (bytes + 63) / 64 * 64;
  while (block_ < blocks_.size() && blocks_[block_].size - used_ < bytes) {
    before_ += blocks_[block_].size;
    ++block_;
    used_ = 0;
  }
  if (block_ == blocks_.size()) {
    const std::size_t size = std::max(bytes, smallest_block);
    blocks_.push_back(
        {{static_cast<std::byte*>(::operator new(size, alignment)), [](std::byte* m) { ::operator delete(m, alignment); }}, size});
    used_ = 0;
  }
  std::byte* memory = blocks_[block_].memory.get() + used_;
  used_ += bytes;
  peak_ = std::max(peak_, before_ + used_);
  return memory;
}

at::Tensor Workspace::empty(at::IntArrayRef shape, at::ScalarType type) {
  std::size_t bytes = at::elementSize(type);
  for (const std::int64_t extent : shape) bytes *= static_cast<std::size_t>(extent);
  return at::from_blob(take(bytes), shape, at::TensorOptions(type));
}

at::Tensor Workspace::zeros(at::IntArrayRef shape, at::ScalarType type) {
  at::Tensor tensor = empty(shape, type);
  std::memset(tensor.mutable_data_ptr(), 0, tensor.nbytes());
  return tensor;
}

}  // namespace agsweep
