#pragma once

#include <cstdint>

#include "workers/kernels/dropout.hpp"
#include "workers/kernels/element.hpp"

namespace agsweep {

/// The widest rows that a device's kernels take; the CPU's take any.
constexpr std::int64_t most_device_width = 2048;

/// What one pre-norm sublayer boundary does in a single pass over the rows: residual_out = residual_in + dropout(update), then
/// normed = LayerNorm(residual_out) (Ba et al. 2016), cast to the type that the next GEMM reads.
/// Act is float, or BFloat16 under bf16 autocast; the residual stream stays fp32, as under torch's autocast.
template <typename Act>
struct ResidualNormForward {
  std::int64_t rows;
  std::int64_t width;
  const float* residual_in;  // [rows, width]
  const Act* update;         // [rows, width]; null: no update, and residual_out is not written
  Dropout dropout;
  float* residual_out;  // [rows, width]
  const float* weight;  // [width]
  const float* bias;    // [width]
  Act* normed;          // [rows, width]
  float* mean;          // [rows]
  float* inverse_std;   // [rows]
  float epsilon = 1e-5F;
};

template <typename Act>
struct ResidualNormBackward {
  std::int64_t rows;
  std::int64_t width;
  const float* residual;  // [rows, width], the forward pass's residual_out (or residual_in where there was no update)
  const float* mean;
  const float* inverse_std;
  const float* weight;
  const Act* d_normed;  // [rows, width]
  float* d_residual;    // [rows, width]; in: from the layers above; out: the whole gradient of the residual stream here
  Dropout dropout;      // the forward pass's
  Act* d_update;        // [rows, width], or null
  float* d_weight;      // [width], written; null: frozen
  float* d_bias;        // [width], written; null: frozen
};

}  // namespace agsweep
