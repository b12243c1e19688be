#include <algorithm>  // std::fill_n

#include "workers/kernels/cpu/cpu_kernels.hpp"
#include "workers/kernels/cpu/simd.hpp"

namespace agsweep {

namespace {

template <typename T>
AGSWEEP_INLINE void add_rows(const T* matrix, std::int64_t rows, std::int64_t columns, float* sums) {
  std::fill_n(sums, columns, 0.0F);
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) sums[column] += to_float(matrix[row * columns + column]);
  }
}

AGSWEEP_SIMD void sums_fp32(const float* matrix, std::int64_t rows, std::int64_t columns, float* sums) {
  add_rows(matrix, rows, columns, sums);
}
AGSWEEP_SIMD void sums_bf16(const BFloat16* matrix, std::int64_t rows, std::int64_t columns, float* sums) {
  add_rows(matrix, rows, columns, sums);
}

}  // namespace

void CpuKernels::column_sums(const float* matrix, std::int64_t rows, std::int64_t columns, float* sums) {
  sums_fp32(matrix, rows, columns, sums);
}
void CpuKernels::column_sums(const BFloat16* matrix, std::int64_t rows, std::int64_t columns, float* sums) {
  sums_bf16(matrix, rows, columns, sums);
}

}  // namespace agsweep
