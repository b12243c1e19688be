#pragma once

#include <cstdint>

#include "workers/kernels/element.hpp"

namespace agsweep {

/// sums[column] = sum over the rows, in order: a bias's gradient. matrix: [rows, columns]
void column_sums(const float* matrix, std::int64_t rows, std::int64_t columns, float* sums);
void column_sums(const BFloat16* matrix, std::int64_t rows, std::int64_t columns, float* sums);

}  // namespace agsweep
