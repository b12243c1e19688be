#pragma once

#include <cstdint>
#include <optional>

#include <ATen/ATen.h>

#include "workers/device/workspace.hpp"
#include "workers/kernels/dropout.hpp"
#include "workers/model/adapter.hpp"

namespace agsweep {

/// The place of a gradient in a shard's buffer, in floats from the dense part's begin; `frozen`: none is computed.
inline constexpr std::int64_t frozen = -1;

/// y = x weight^T + bias, or rows of such a layer: weights and the place of their gradient in a shard's buffer.
struct Linear {
  at::Tensor weight;  // [out, in], compute type; may be the transposed view of an [in, out] matrix
  at::Tensor bias;    // [out], compute type; undefined: none
  std::int64_t weight_offset = frozen;
  std::int64_t bias_offset = frozen;
  std::optional<Adapter> adapter;

  /// The layer that gives outputs first .. last alone.
  Linear outputs(std::int64_t first, std::int64_t last) const;
};

/// What the backward pass needs of a linear layer.
struct LinearTape {
  at::Tensor x;     // [rows, in]
  at::Tensor y;     // [rows, out]
  at::Tensor low;   // [rows, rank], dropout(x) A^T
  Dropout dropout;  // has no state, so dropout(x) is computed again rather than kept
};

/// @param x        [rows, in]
/// @param dropout  of the adapter's input
LinearTape linear_forward(const Linear& linear, const at::Tensor& x, const Dropout& dropout, Workspace& workspace);

/// The same in two parts, for an x that shall take memory behind the results'.
LinearTape linear_room(const Linear& linear, std::int64_t rows, const Dropout& dropout, Workspace& workspace);
void linear_forward(const Linear& linear, const at::Tensor& x, LinearTape& tape, Workspace& workspace);

/// Writes the trained weights' gradient to dense + offsets.
/// @param dense  [dense_size] fp32, a shard's gradient of the dense parameters
void linear_weight_gradients(const Linear& linear, const LinearTape& tape, const at::Tensor& d_y, const at::Tensor& dense,
                             Workspace& workspace);

/// The weights' gradients, and the input's: [rows, in].
at::Tensor linear_backward(const Linear& linear, const LinearTape& tape, const at::Tensor& d_y, const at::Tensor& dense,
                           Workspace& workspace);

}  // namespace agsweep
