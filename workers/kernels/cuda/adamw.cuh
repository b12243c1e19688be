#pragma once

#include "workers/kernels/cuda/gpu.cuh"
#include "workers/kernels/device_kernels.hpp"

namespace agsweep::gpu {

inline constexpr int adamw_threads = 256;

/// N parameters' update. Each operation rounds, as in workers/optim/adamw.cpp: no multiply-add is fused, so the weights are the CPU's to
/// the bit where the gradients are.
template <int N>
__device__ inline void update(const AdamWFactors& f, float gradient_scale, const float (&gradient)[N], float (&p)[N], float (&m)[N],
                              float (&v)[N]) {
  AGSWEEP_UNROLL
  for (int i = 0; i < N; ++i) {
    const float g = __fmul_rn(gradient[i], gradient_scale);
    m[i] = __fadd_rn(m[i], __fmul_rn(f.one_minus_beta1, __fsub_rn(g, m[i])));
    v[i] = __fadd_rn(__fmul_rn(f.beta2, v[i]), __fmul_rn(__fmul_rn(f.one_minus_beta2, g), g));
    const float denominator = __fadd_rn(__fmul_rn(__fsqrt_rn(v[i]), f.second_scale), f.epsilon);
    p[i] = __fsub_rn(__fmul_rn(p[i], f.decay), __fdiv_rn(__fmul_rn(f.step_size, m[i]), denominator));
  }
}

/// The same on memory, in one access an array. @param gradient  null: zero
template <int N>
__device__ inline void update_at(const AdamWFactors& f, float gradient_scale, const float* gradient, float* parameters,
                                 float* first_moment, float* second_moment, BFloat16* low) {
  float g[N] = {};
  float p[N];
  float m[N];
  float v[N];
  if (gradient != nullptr) load(gradient, g);
  load(parameters, p);
  load(first_moment, m);
  load(second_moment, v);
  update(f, gradient_scale, g, p, m, v);
  store(parameters, p);
  store(first_moment, m);
  store(second_moment, v);
  if (low != nullptr) store(low, p);
}

/// N parameters a thread. Reads 16 and writes 12 bytes a parameter, and 2 more for the copy in bf16.
template <int N>
__global__ void __launch_bounds__(adamw_threads) adamw_kernel(AdamWUpdate u) {
  if (u.clip->skips != 0) return;
  const AdamWFactors f = *u.factors;
  const float gradient_scale = u.clip->gradient_scale;
  const std::int64_t first = (std::int64_t{blockIdx.x} * adamw_threads + threadIdx.x) * N;
  const auto low = [&](std::int64_t i) { return u.low == nullptr ? nullptr : u.low + i; };
  if (first + N <= u.count) {
    update_at<N>(f, gradient_scale, u.gradient + first, u.parameters + first, u.first_moment + first, u.second_moment + first, low(first));
    return;
  }
  for (std::int64_t i = first; i < u.count; ++i) {
    update_at<1>(f, gradient_scale, u.gradient + i, u.parameters + i, u.first_moment + i, u.second_moment + i, low(i));
  }
}

/// N parameters a thread. Reads and writes the table and its moments once, 24 bytes a parameter, and reads the listed rows' gradient.
template <int N>
__global__ void __launch_bounds__(adamw_threads) embedding_adamw_kernel(EmbeddingAdamWUpdate u) {
  if (u.clip->skips != 0) return;
  const AdamWFactors f = *u.factors;
  const auto width = static_cast<std::uint32_t>(u.width);
  const std::int64_t first = (std::int64_t{blockIdx.x} * adamw_threads + threadIdx.x) * N;
  const std::int64_t row = first / width;
  if (row >= u.rows) return;
  const std::int32_t listed = u.gradient_row[row];
  const float* gradient = listed < 0 ? nullptr : u.gradient + std::int64_t{listed} * width + first % width;
  update_at<N>(f, u.clip->gradient_scale, gradient, u.parameters + first, u.first_moment + first, u.second_moment + first, nullptr);
}

inline void adamw(Stream stream, const AdamWUpdate& u) {
  const bool by_four = all_aligned(16, u.gradient, u.parameters, u.first_moment, u.second_moment) && all_aligned(8, u.low);
  launch(stream, by_four ? adamw_kernel<4> : adamw_kernel<1>, blocks(divide_up(u.count, adamw_threads * (by_four ? 4 : 1))), adamw_threads,
         0, u);
}

inline void adamw(Stream stream, const EmbeddingAdamWUpdate& u) {
  const bool by_four = u.width % 4 == 0 && all_aligned(16, u.gradient, u.parameters, u.first_moment, u.second_moment);
  launch(stream, by_four ? embedding_adamw_kernel<4> : embedding_adamw_kernel<1>,
         blocks(divide_up(u.rows * u.width, adamw_threads * (by_four ? 4 : 1))), adamw_threads, 0, u);
}

}  // namespace agsweep::gpu
