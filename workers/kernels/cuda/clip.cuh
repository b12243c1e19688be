#pragma once

#include <algorithm>  // std::clamp

#include "workers/kernels/cuda/gpu.cuh"
#include "workers/kernels/cuda/scratch_memory.hpp"
#include "workers/kernels/device_kernels.hpp"

namespace agsweep::gpu {

inline constexpr int clip_threads = 256;

/// The sum over a block's threads, in a fixed order; only thread 0 has it.
__device__ inline double block_sum(double value) {
  AGSWEEP_SHARED(double, of_warp, clip_threads / warp_size);
  const auto thread = static_cast<int>(threadIdx.x);
  value = warp_sum(value);
  if (thread % warp_size == 0) of_warp[thread / warp_size] = value;
  __syncthreads();
  double sum = 0;
  if (thread == 0) {
    for (int warp = 0; warp < clip_threads / warp_size; ++warp) sum += of_warp[warp];
  }
  return sum;
}

/// sums[block] = the sum of squares of block_count values, N a thread at once. Reads each once.
template <int N>
__global__ void __launch_bounds__(clip_threads)
    sum_squares(const float* values, std::int64_t count, std::int64_t block_count, double* sums) {
  const std::int64_t first = blockIdx.x * block_count;
  const std::int64_t end = first + block_count < count ? first + block_count : count;
  double sum = 0;
  AGSWEEP_UNROLL_4
  for (std::int64_t i = first + std::int64_t{threadIdx.x} * N; i < end; i += clip_threads * N) {
    float part[N];
    if (i + N <= end) {
      load(values + i, part);
    } else {
      for (int e = 0; e < N; ++e) part[e] = i + e < end ? values[i + e] : 0.0F;
    }
    AGSWEEP_UNROLL
    for (int e = 0; e < N; ++e) sum += static_cast<double>(part[e]) * part[e];
  }
  sum = block_sum(sum);
  if (threadIdx.x == 0) sums[blockIdx.x] = sum;
}

/// One block: the norm, clipping's factor, and whether the step counts.
__global__ void __launch_bounds__(clip_threads)
    finish_clip(const double* sums, int parts, const double* loss, double max_norm, ClipResult* result) {
  double sum = 0;
  for (int part = static_cast<int>(threadIdx.x); part < parts; part += clip_threads) sum += sums[part];
  sum = block_sum(sum);
  if (threadIdx.x != 0) return;
  constexpr double epsilon = 1e-6;  // torch's
  const double norm = sqrt(sum);
  const double factor = max_norm / (norm + epsilon);
  result->norm = norm;
  result->gradient_scale = max_norm > 0 && factor < 1 ? static_cast<float>(factor) : 1.0F;
  if (!isfinite(norm) || !isfinite(*loss)) result->skips = 1;
}

inline void clip(Stream stream, ScratchMemory& scratch, const GradientClip& clip) {
  constexpr std::int64_t unit = 4 * clip_threads;  // what a block reads at once
  const std::int64_t most_parts = std::clamp<std::int64_t>(divide_up(clip.count, 2 * unit), 1, 528);
  const std::int64_t block_count = round_up(divide_up(clip.count, most_parts), unit);
  const std::int64_t parts = divide_up(clip.count, block_count == 0 ? unit : block_count);
  auto* sums = static_cast<double*>(scratch.grow(static_cast<std::size_t>(parts) * sizeof(double)));
  launch(stream, all_aligned(16, clip.gradient) ? sum_squares<4> : sum_squares<1>, blocks(parts), clip_threads, 0, clip.gradient,
         clip.count, block_count, sums);
  launch(stream, finish_clip, blocks(1), clip_threads, 0, sums, static_cast<int>(parts), clip.loss, clip.max_norm, clip.result);
}

}  // namespace agsweep::gpu
