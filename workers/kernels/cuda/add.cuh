#pragma once

#include "workers/kernels/cuda/gpu.cuh"

namespace agsweep::gpu {

/// into += other, N floats a thread. Reads both and writes one.
template <int N>
__global__ void __launch_bounds__(256) add_kernel(float* into, const float* other, std::int64_t count) {
  const std::int64_t first = (std::int64_t{blockIdx.x} * 256 + threadIdx.x) * N;
  if (first + N > count) {
    for (std::int64_t i = first; i < count; ++i) into[i] += other[i];
    return;
  }
  float sum[N];
  float added[N];
  load(into + first, sum);
  load(other + first, added);
  AGSWEEP_UNROLL
  for (int i = 0; i < N; ++i) sum[i] += added[i];
  store(into + first, sum);
}

inline void add(Stream stream, float* into, const float* other, std::int64_t count) {
  const bool by_four = all_aligned(16, into, other);
  launch(stream, by_four ? add_kernel<4> : add_kernel<1>, blocks(divide_up(count, 256 * (by_four ? 4 : 1))), 256, 0, into, other, count);
}

}  // namespace agsweep::gpu
