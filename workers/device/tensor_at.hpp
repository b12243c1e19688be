#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <ATen/ATen.h>

namespace agsweep {

/// A view of memory that somebody else owns, on the host or on a device.
inline at::Tensor tensor_at(void* memory, at::IntArrayRef shape, at::ScalarType type, c10::Device device = at::kCPU) {
  return at::from_blob(memory, shape, at::TensorOptions(type).device(device));
}

/// An int32 tensor's memory.
inline std::span<const std::int32_t> ints(const at::Tensor& tensor) {
  return {static_cast<const std::int32_t*>(tensor.const_data_ptr()), static_cast<std::size_t>(tensor.numel())};
}

/// Bytes up to the next boundary of 64, on which tensors begin: a cache line, and the widest vector register.
constexpr std::size_t aligned(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

}  // namespace agsweep
