#pragma once

#include <ATen/ATen.h>

namespace agsweep {

/// A view of memory that somebody else owns, on the host or on a device.
inline at::Tensor tensor_at(void* memory, at::IntArrayRef shape, at::ScalarType type, c10::Device device = at::kCPU) {
  return at::from_blob(memory, shape, at::TensorOptions(type).device(device));
}

}  // namespace agsweep
