#pragma once

#include <cstdint>

#include <ATen/ATen.h>

#include "workers/device/workspace.hpp"
#include "workers/kernels/dropout.hpp"

namespace agsweep {

/// A low-rank adapter beside a linear layer (Hu et al. 2021): y += scale * B A dropout(x).
struct Adapter {
  at::Tensor a;  // [rank, in], compute type
  at::Tensor b;  // [out, rank], compute type
  float scale;
  std::int64_t a_offset;
  std::int64_t b_offset;
  bool adds_to_a = false;  // A's gradient is added to what another part of the layer has written
};

/// Adds the adapter's part to its layer's output.
/// @param x    [rows, in]
/// @param low  [rows, rank], written, for the backward pass
/// @param y    [rows, out]
void adapter_forward(const Adapter& adapter, const at::Tensor& x, const Dropout& dropout, const at::Tensor& low, at::Tensor& y,
                     Workspace& workspace);

/// The gradient between B and A: scale * d_y B, [rows, rank].
at::Tensor adapter_low_gradient(const Adapter& adapter, const at::Tensor& d_y, Workspace& workspace);

/// Writes A's and B's gradients to dense + offsets.
/// @param low    as adapter_forward() has written it
/// @param d_low  of adapter_low_gradient()
void adapter_weight_gradients(const Adapter& adapter, const at::Tensor& x, const Dropout& dropout, const at::Tensor& low,
                              const at::Tensor& d_y, const at::Tensor& d_low, const at::Tensor& dense, Workspace& workspace);

/// Adds the adapter's part to the input's gradient, [rows, in].
void adapter_input_gradient(const Adapter& adapter, const Dropout& dropout, const at::Tensor& d_low, at::Tensor& d_x, Workspace& workspace);

}  // namespace agsweep
