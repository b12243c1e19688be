#pragma once

#include <algorithm>  // std::clamp

#include "workers/kernels/cuda/gpu.cuh"
#include "workers/kernels/cuda/scratch_memory.hpp"

namespace agsweep::gpu {

/// Columns [0, split) of a sum go to `first`, the rest to `second`; they replace what is there, or add to it.
struct SumTarget {
  float* first;
  float* second;
  int split;
  bool adds = false;
};

/// Each column's sum over a few hundred rows, `parts`: a block takes 32 columns, warp w of it the rows w, w + 32, ..; then warp w adds up
/// the sums of column w. Reads parts x columns floats, writes columns.
__global__ void __launch_bounds__(1024) sum_partials(const float* partials, int parts, int columns, SumTarget target) {
  AGSWEEP_SHARED(float, sums, 32 * 33);  // a column more, so that a warp reads a column from 32 banks
  const int lane = static_cast<int>(threadIdx.x) % warp_size;
  const int warp = static_cast<int>(threadIdx.x) / warp_size;
  const int first = static_cast<int>(blockIdx.x) * warp_size;
  float sum = 0;
  if (first + lane < columns) {
    AGSWEEP_UNROLL_4
    for (int part = warp; part < parts; part += warp_size) sum += partials[static_cast<std::int64_t>(part) * columns + first + lane];
  }
  sums[warp * 33 + lane] = sum;
  __syncthreads();
  const float total = warp_sum(sums[lane * 33 + warp]);
  const int column = first + warp;
  if (lane != 0 || column >= columns) return;
  float& sum_here = column < target.split ? target.first[column] : target.second[column - target.split];
  sum_here = target.adds ? sum_here + total : total;
}

inline void launch_sum_partials(Stream stream, const float* partials, int parts, int columns, SumTarget target) {
  launch(stream, sum_partials, blocks(divide_up(columns, warp_size)), 1024, 0, partials, parts, columns, target);
}

inline constexpr int sum_warps = 8;

/// Each column's sum over a block of rows: a lane takes N columns in accesses of 16 bytes, a warp every eighth row. Reads the matrix once.
template <typename T, int N>
__global__ void __launch_bounds__(sum_warps* warp_size)
    sum_row_blocks(const T* matrix, std::int64_t rows, int columns, int block_rows, float* partials) {
  AGSWEEP_SHARED(float, sums, sum_warps* warp_size* N);
  const int lane = static_cast<int>(threadIdx.x) % warp_size;
  const int warp = static_cast<int>(threadIdx.x) / warp_size;
  const int tile = static_cast<int>(blockIdx.x) * warp_size * N;
  const int column = tile + lane * N;
  const std::int64_t first = static_cast<std::int64_t>(blockIdx.y) * block_rows;
  const std::int64_t end = first + block_rows < rows ? first + block_rows : rows;
  float sum[N] = {};
  if (column < columns) {
    AGSWEEP_UNROLL_4
    for (std::int64_t row = first + warp; row < end; row += sum_warps) {
      float values[N];
      load(matrix + row * columns + column, values);
      AGSWEEP_UNROLL
      for (int i = 0; i < N; ++i) sum[i] += values[i];
    }
  }
  AGSWEEP_UNROLL
  for (int i = 0; i < N; ++i) sums[(warp * N + i) * warp_size + lane] = sum[i];
  __syncthreads();
  for (int i = warp; i < N; i += sum_warps) {
    float total = 0;
    AGSWEEP_UNROLL
    for (int w = 0; w < sum_warps; ++w) total += sums[(w * N + i) * warp_size + lane];
    if (column + i < columns) partials[static_cast<std::int64_t>(blockIdx.y) * columns + column + i] = total;
  }
}

template <typename T, int N>
void launch_column_sums(Stream stream, ScratchMemory& scratch, const T* matrix, std::int64_t rows, std::int64_t columns, float* sums) {
  constexpr std::int64_t wanted_blocks = 264;  // two for each multiprocessor of an H100; fixed, as the sums' bits depend on it
  const std::int64_t tiles = divide_up(columns, warp_size * N);
  const std::int64_t parts = std::clamp<std::int64_t>(wanted_blocks / tiles, 1, divide_up(rows, 2 * sum_warps));
  const std::int64_t block_rows = round_up(divide_up(rows, parts), sum_warps);
  const std::int64_t row_blocks = divide_up(rows, block_rows);
  const auto width = static_cast<int>(columns);
  float* partials =
      row_blocks == 1 ? sums : static_cast<float*>(scratch.grow(static_cast<std::size_t>(row_blocks * columns) * sizeof(float)));
  launch(stream, sum_row_blocks<T, N>, blocks(tiles, row_blocks), sum_warps * warp_size, 0, matrix, rows, width,
         static_cast<int>(block_rows), partials);
  if (row_blocks > 1) launch_sum_partials(stream, partials, static_cast<int>(row_blocks), width, {sums, nullptr, width});
}

/// sums[column] = the sum over the rows of a matrix [rows, columns], in two stages whose order depends on the shape alone.
template <typename T>
void column_sums(Stream stream, ScratchMemory& scratch, const T* matrix, std::int64_t rows, std::int64_t columns, float* sums) {
  if (rows == 0) return launch_sum_partials(stream, nullptr, 0, static_cast<int>(columns), {sums, nullptr, static_cast<int>(columns)});
  constexpr int lane_columns = 16 / static_cast<int>(sizeof(T));
  if (columns % lane_columns == 0 && all_aligned(16, matrix)) {
    launch_column_sums<T, lane_columns>(stream, scratch, matrix, rows, columns, sums);
  } else {
    launch_column_sums<T, 1>(stream, scratch, matrix, rows, columns, sums);
  }
}

}  // namespace agsweep::gpu
