#pragma once

#include <cstdint>

#include "workers/kernels/dropout.hpp"
#include "workers/kernels/element.hpp"

namespace agsweep {

/// to = dropout(from), both [rows, width].
void drop_rows(const Dropout& dropout, std::int64_t rows, std::int64_t width, const float* from, float* to);
void drop_rows(const Dropout& dropout, std::int64_t rows, std::int64_t width, const BFloat16* from, BFloat16* to);

/// to += the backward pass of that: from, times the same mask's factors.
void add_dropped_rows(const Dropout& dropout, std::int64_t rows, std::int64_t width, const float* from, float* to);
void add_dropped_rows(const Dropout& dropout, std::int64_t rows, std::int64_t width, const BFloat16* from, BFloat16* to);

}  // namespace agsweep
