#pragma once

#include <cstdint>

#include <ATen/ATen.h>

#include "workers/model/workspace.hpp"

namespace agsweep {

/// y = x weight^T + bias, or rows of such a layer: weights and the place of their gradient in a shard's buffer.
struct Linear {
  at::Tensor weight;           // [out, in], compute type
  at::Tensor bias;             // [out], compute type
  std::int64_t weight_offset;  // floats, in the dense part
  std::int64_t bias_offset;

  /// The layer that gives outputs first .. last alone.
  Linear outputs(std::int64_t first, std::int64_t last) const;
};

/// x: [rows, in]; returns [rows, out]
at::Tensor linear_forward(const Linear& linear, const at::Tensor& x, Workspace& workspace);

/// Writes the weights' gradient to dense + offsets, and returns the input's: [rows, in].
/// @param dense  a shard's gradient of the dense parameters, fp32
at::Tensor linear_backward(const Linear& linear, const at::Tensor& x, const at::Tensor& d_y, float* dense, Workspace& workspace);

}  // namespace agsweep
