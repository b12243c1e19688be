#include "workers/lora/merge.hpp"

#include <algorithm>  // std::min
#include <vector>

#include "workers/kernels/cpu/small_gemm.hpp"

namespace agsweep {

namespace {

/// B^T, each row filled up with zeros to whole registers. [rank, padded]
std::vector<float> transposed(std::span<const float> b, std::int64_t rows, std::int64_t columns, std::int64_t padded) {
  std::vector<float> result(static_cast<std::size_t>(columns * padded));
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) {
      result[static_cast<std::size_t>(column * padded + row)] = b[static_cast<std::size_t>(row * columns + column)];
    }
  }
  return result;
}

/// delta[rows, padded] = A^T[row .. row + rows) B^T
AGSWEEP_SIMD void product(const float* a, std::int64_t in, const float* b, std::int64_t padded, float* delta, std::int64_t rows,
                          std::int64_t rank) {
  small_gemm({.data = a, .row_stride = 1, .column_stride = in}, b, padded, delta, padded, rows, padded, 0, rank);
}

}  // namespace

void merge_adapter(std::span<float> weight, std::span<const float> a, std::span<const float> b, std::int64_t rank, double scale) {
  const std::int64_t in = std::ssize(a) / rank;
  const std::int64_t out = std::ssize(b) / rank;
  const std::int64_t padded = (out + lane_count - 1) / lane_count * lane_count;
  const std::vector<float> b_rows = transposed(b, out, rank, padded);
  const auto factor = static_cast<float>(scale);
  std::vector<float> delta(static_cast<std::size_t>(gemm_block_rows * padded));
  for (std::int64_t begin = 0; begin < in; begin += gemm_block_rows) {
    const std::int64_t rows = std::min(gemm_block_rows, in - begin);
    product(a.data() + begin, in, b_rows.data(), padded, delta.data(), rows, rank);
    for (std::int64_t row = 0; row < rows; ++row) {
      float* const to = weight.data() + (begin + row) * out;
      for (std::int64_t column = 0; column < out; ++column) to[column] += factor * delta[static_cast<std::size_t>(row * padded + column)];
    }
  }
}

}  // namespace agsweep
