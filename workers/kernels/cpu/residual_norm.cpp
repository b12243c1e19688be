#include <algorithm>  // std::fill_n
#include <cmath>      // std::sqrt
#include <vector>

#include "workers/kernels/cpu/cpu_kernels.hpp"
#include "workers/kernels/cpu/dropout_factors.hpp"

namespace agsweep {

namespace {

/// Sum of term(i) over 0 .. width, in sixteen partial sums.
template <typename Term>
AGSWEEP_INLINE float row_sum(std::int64_t width, const Term& term) {
  FloatLanes partial{};
  const std::int64_t whole = width / lane_count * lane_count;
  for (std::int64_t begin = 0; begin < whole; begin += lane_count) {
    for (std::int64_t lane = 0; lane < lane_count; ++lane) partial[lane] += term(begin + lane);
  }
  float sum = sum_of(partial);
  for (std::int64_t i = whole; i < width; ++i) sum += term(i);
  return sum;
}

template <typename Act>
AGSWEEP_INLINE void forward(const ResidualNormForward<Act>& pass) {
  const std::int64_t width = pass.width;
  const std::int64_t stride = round_up(width, dropout_block);
  std::vector<float> factors(static_cast<std::size_t>(stride), 1.0F);
  for (std::int64_t row = 0; row < pass.rows; ++row) {
    const float* x = pass.residual_in + row * width;
    if (pass.update != nullptr) {
      const Act* update = pass.update + row * width;
      float* out = pass.residual_out + row * width;
      if (pass.dropout.active()) dropout_row_factors(pass.dropout, row, stride, factors.data());
      for (std::int64_t i = 0; i < width; ++i) out[i] = x[i] + to_float(update[i]) * factors[static_cast<std::size_t>(i)];
      x = out;
    }
    const float mean = row_sum(width, [&](std::int64_t i) { return x[i]; }) / static_cast<float>(width);
    const float variance = row_sum(width, [&](std::int64_t i) { return (x[i] - mean) * (x[i] - mean); }) / static_cast<float>(width);
    const float inverse_std = 1.0F / std::sqrt(variance + pass.epsilon);
    Act* normed = pass.normed + row * width;
    for (std::int64_t i = 0; i < width; ++i) assign(normed[i], (x[i] - mean) * inverse_std * pass.weight[i] + pass.bias[i]);
    pass.mean[row] = mean;
    pass.inverse_std[row] = inverse_std;
  }
}

template <typename Act>
AGSWEEP_INLINE void backward(const ResidualNormBackward<Act>& pass) {
  const std::int64_t width = pass.width;
  const std::int64_t stride = round_up(width, dropout_block);
  std::vector<float> factors(static_cast<std::size_t>(stride), 1.0F);
  std::vector<float> scaled(static_cast<std::size_t>(width));
  if (pass.d_weight != nullptr) {
    std::fill_n(pass.d_weight, width, 0.0F);
    std::fill_n(pass.d_bias, width, 0.0F);
  }
  for (std::int64_t row = 0; row < pass.rows; ++row) {
    const float* x = pass.residual + row * width;
    const Act* d_normed = pass.d_normed + row * width;
    float* d_x = pass.d_residual + row * width;
    const float mean = pass.mean[row];
    const float inverse_std = pass.inverse_std[row];
    float* g = scaled.data();
    for (std::int64_t i = 0; i < width; ++i) g[i] = to_float(d_normed[i]) * pass.weight[i];
    if (pass.d_weight != nullptr) {
      for (std::int64_t i = 0; i < width; ++i) {
        const float d = to_float(d_normed[i]);
        pass.d_weight[i] += d * (x[i] - mean) * inverse_std;
        pass.d_bias[i] += d;
      }
    }
    const float mean_g = row_sum(width, [&](std::int64_t i) { return g[i]; }) / static_cast<float>(width);
    const float mean_gx = row_sum(width, [&](std::int64_t i) { return g[i] * (x[i] - mean); }) * inverse_std / static_cast<float>(width);
    for (std::int64_t i = 0; i < width; ++i) d_x[i] += inverse_std * (g[i] - mean_g - (x[i] - mean) * inverse_std * mean_gx);
    if (pass.d_update != nullptr) {
      if (pass.dropout.active()) dropout_row_factors(pass.dropout, row, stride, factors.data());
      Act* d_update = pass.d_update + row * width;
      for (std::int64_t i = 0; i < width; ++i) assign(d_update[i], d_x[i] * factors[static_cast<std::size_t>(i)]);
    }
  }
}

AGSWEEP_SIMD void forward_fp32(const ResidualNormForward<float>& pass) { forward(pass); }
AGSWEEP_SIMD void forward_bf16(const ResidualNormForward<BFloat16>& pass) { forward(pass); }
AGSWEEP_SIMD void backward_fp32(const ResidualNormBackward<float>& pass) { backward(pass); }
AGSWEEP_SIMD void backward_bf16(const ResidualNormBackward<BFloat16>& pass) { backward(pass); }

}  // namespace

void CpuKernels::residual_norm_forward(const ResidualNormForward<float>& pass) { forward_fp32(pass); }
void CpuKernels::residual_norm_forward(const ResidualNormForward<BFloat16>& pass) { forward_bf16(pass); }
void CpuKernels::residual_norm_backward(const ResidualNormBackward<float>& pass) { backward_fp32(pass); }
void CpuKernels::residual_norm_backward(const ResidualNormBackward<BFloat16>& pass) { backward_bf16(pass); }

}  // namespace agsweep
