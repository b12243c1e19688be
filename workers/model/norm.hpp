#pragma once

#include <cstdint>

#include <ATen/ATen.h>

#include "workers/device/workspace.hpp"
#include "workers/kernels/dropout.hpp"
#include "workers/model/linear.hpp"  // frozen

namespace agsweep {

/// A LayerNorm's weights (fp32, as under torch's autocast) and the place of their gradient in a shard's buffer.
struct Norm {
  at::Tensor weight;                    // [width]
  at::Tensor bias;                      // [width]
  std::int64_t weight_offset = frozen;  // both or none are frozen
  std::int64_t bias_offset = frozen;
  float epsilon = 1e-5F;
};

/// What the backward pass needs of residual = residual + dropout(update); normed = norm(residual).
struct NormTape {
  at::Tensor residual;     // [rows, width] fp32, after the update
  at::Tensor normed;       // [rows, width] compute type
  at::Tensor mean;         // [rows]
  at::Tensor inverse_std;  // [rows]
  Dropout dropout;
  bool updated;  // an update came in
};

/// @param update  [rows, width] compute type; undefined: none
/// @param type    of normed
NormTape norm_forward(const Norm& norm, const at::Tensor& residual, const at::Tensor& update, const Dropout& dropout, at::ScalarType type,
                      Workspace& workspace);

/// Adds the norm's part to d_residual (fp32, in place), and writes the weights' gradient to dense + offsets.
/// @param d_update  [rows, width] compute type, written; undefined where there was no update
/// @param dense     [dense_size] fp32
void norm_backward(const Norm& norm, const NormTape& tape, const at::Tensor& d_normed, const at::Tensor& d_residual,
                   const at::Tensor& d_update, const at::Tensor& dense, Workspace& workspace);

}  // namespace agsweep
