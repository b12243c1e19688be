#pragma once

#include <cstdint>
#include <span>

#include <ATen/ATen.h>

#include "workers/kernels/element.hpp"  // BFloat16

namespace agsweep {

/// A tensor's memory as the kernels' element type: their BFloat16 has c10::BFloat16's layout.
template <typename T>
T* data(const at::Tensor& tensor) {
  return static_cast<T*>(tensor.data_ptr());
}

/// An int32 tensor's memory.
inline std::span<const std::int32_t> ints(const at::Tensor& tensor) {
  return {static_cast<const std::int32_t*>(tensor.const_data_ptr()), static_cast<std::size_t>(tensor.numel())};
}

/// Calls body.operator()<T>() with the kernels' element type of an fp32 or bf16 tensor.
template <typename Body>
void with_element_type(at::ScalarType type, const Body& body) {
  if (type == at::kBFloat16) {
    body.template operator()<BFloat16>();
  } else {
    body.template operator()<float>();
  }
}
template <typename Body>
void with_element_type(const at::Tensor& tensor, const Body& body) {
  with_element_type(tensor.scalar_type(), body);
}

}  // namespace agsweep
