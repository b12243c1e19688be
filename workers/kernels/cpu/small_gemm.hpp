#pragma once

#include "workers/kernels/cpu/simd.hpp"

namespace agsweep {

/// A strided matrix: element (row, column) is data[row * row_stride + column * column_stride], so a transpose is a view.
struct StridedMatrix {
  const float* data;
  std::int64_t row_stride;
  std::int64_t column_stride;
};

namespace detail {

/// c[Rows, 16 * Vectors] = a[Rows, begin .. end) b[begin .. end, ...], the sums held in registers.
template <int Rows, int Vectors>
AGSWEEP_INLINE void gemm_tile(const StridedMatrix& a, const float* b, std::int64_t b_stride, float* c, std::int64_t c_stride,
                              std::int64_t begin, std::int64_t end) {
  FloatLanes sums[Rows][Vectors] = {};
  for (std::int64_t k = begin; k < end; ++k) {
    FloatLanes b_row[Vectors];
#pragma GCC unroll 2
    for (int v = 0; v < Vectors; ++v) b_row[v] = load_lanes<FloatLanes>(b + k * b_stride + v * lane_count);
#pragma GCC unroll 4
    for (int row = 0; row < Rows; ++row) {
      const float factor = a.data[row * a.row_stride + k * a.column_stride];
#pragma GCC unroll 2
      for (int v = 0; v < Vectors; ++v) sums[row][v] += factor * b_row[v];
    }
  }
#pragma GCC unroll 4
  for (int row = 0; row < Rows; ++row) {
#pragma GCC unroll 2
    for (int v = 0; v < Vectors; ++v) store_lanes(c + row * c_stride + v * lane_count, sums[row][v]);
  }
}

template <int Rows>
AGSWEEP_INLINE void gemm_rows(const StridedMatrix& a, const float* b, std::int64_t b_stride, float* c, std::int64_t c_stride,
                              std::int64_t columns, std::int64_t begin, std::int64_t end) {
  std::int64_t column = 0;
  for (; column + 2 * lane_count <= columns; column += 2 * lane_count) {
    gemm_tile<Rows, 2>(a, b + column, b_stride, c + column, c_stride, begin, end);
  }
  if (column < columns) gemm_tile<Rows, 1>(a, b + column, b_stride, c + column, c_stride, begin, end);
}

}  // namespace detail

/// Rows of a block that small_gemm works on at once.
inline constexpr std::int64_t gemm_block_rows = 4;

/// c[rows, columns] = a[rows, begin .. end) b[begin .. end, columns] for 1 to 4 rows; columns is a multiple of 16. For matrices that fit
/// the first cache, where a library's set-up would cost more than the product.
AGSWEEP_INLINE void small_gemm(const StridedMatrix& a, const float* b, std::int64_t b_stride, float* c, std::int64_t c_stride,
                               std::int64_t rows, std::int64_t columns, std::int64_t begin, std::int64_t end) {
  switch (rows) {
    case 4:
      return detail::gemm_rows<4>(a, b, b_stride, c, c_stride, columns, begin, end);
    case 3:
      return detail::gemm_rows<3>(a, b, b_stride, c, c_stride, columns, begin, end);
    case 2:
      return detail::gemm_rows<2>(a, b, b_stride, c, c_stride, columns, begin, end);
    default:
      return detail::gemm_rows<1>(a, b, b_stride, c, c_stride, columns, begin, end);
  }
}

}  // namespace agsweep
