#pragma once

#include <ATen/ATen.h>

#include "workers/device/tensor_at.hpp"  // ints
#include "workers/kernels/element.hpp"   // BFloat16

namespace agsweep {

/// A tensor's memory as the kernels' element type: their BFloat16 has c10::BFloat16's layout.
template <typename T>
T* data(const at::Tensor& tensor) {
  return static_cast<T*>(tensor.data_ptr());
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
