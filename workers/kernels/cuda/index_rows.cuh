#pragma once

#include "workers/kernels/cuda/gpu.cuh"

namespace agsweep::gpu {

/// of_row[i] = -1. Writes each once, before fill_index.
__global__ void __launch_bounds__(256) clear_index(std::int32_t* of_row, int all_rows) {
  const auto row = static_cast<int>(blockIdx.x * 256 + threadIdx.x);
  if (row < all_rows) of_row[row] = -1;
}

/// of_row[rows[i]] = i. A thread a listed row.
__global__ void __launch_bounds__(256) fill_index(const std::int32_t* rows, int listed, std::int32_t* of_row) {
  const auto i = static_cast<int>(blockIdx.x * 256 + threadIdx.x);
  if (i < listed && rows[i] >= 0) of_row[rows[i]] = i;
}

inline void index_rows(Stream stream, const std::int32_t* rows, std::int64_t listed, std::int32_t* of_row, std::int64_t all_rows) {
  launch(stream, clear_index, blocks(divide_up(all_rows, 256)), 256, 0, of_row, static_cast<int>(all_rows));
  launch(stream, fill_index, blocks(divide_up(listed, 256)), 256, 0, rows, static_cast<int>(listed), of_row);
}

}  // namespace agsweep::gpu
