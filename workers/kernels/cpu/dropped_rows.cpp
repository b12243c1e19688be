#include <vector>

#include "workers/kernels/cpu/cpu_kernels.hpp"
#include "workers/kernels/cpu/dropout_factors.hpp"

namespace agsweep {

namespace {

/// to[i] = combine(to[i], from[i] * factor)
template <typename Act, typename Combine>
AGSWEEP_INLINE void each_dropped(const Dropout& dropout, std::int64_t rows, std::int64_t width, const Act* from, Act* to,
                                 const Combine& combine) {
  const std::int64_t stride = round_up(width, dropout_block);
  std::vector<float> room(static_cast<std::size_t>(stride), 1.0F);
  float* factors = room.data();
  for (std::int64_t row = 0; row < rows; ++row) {
    if (dropout.active()) dropout_row_factors(dropout, row, stride, factors);
    const Act* source = from + row * width;
    Act* target = to + row * width;
    for (std::int64_t i = 0; i < width; ++i) assign(target[i], combine(to_float(target[i]), to_float(source[i]) * factors[i]));
  }
}

constexpr auto replace = [](float /*old*/, float value) { return value; };
constexpr auto add = [](float old, float value) { return old + value; };

AGSWEEP_SIMD void drop_fp32(const Dropout& dropout, std::int64_t rows, std::int64_t width, const float* from, float* to) {
  each_dropped(dropout, rows, width, from, to, replace);
}
AGSWEEP_SIMD void drop_bf16(const Dropout& dropout, std::int64_t rows, std::int64_t width, const BFloat16* from, BFloat16* to) {
  each_dropped(dropout, rows, width, from, to, replace);
}
AGSWEEP_SIMD void add_dropped_fp32(const Dropout& dropout, std::int64_t rows, std::int64_t width, const float* from, float* to) {
  each_dropped(dropout, rows, width, from, to, add);
}
AGSWEEP_SIMD void add_dropped_bf16(const Dropout& dropout, std::int64_t rows, std::int64_t width, const BFloat16* from, BFloat16* to) {
  each_dropped(dropout, rows, width, from, to, add);
}

}  // namespace

void CpuKernels::drop_rows(const Dropout& dropout, std::int64_t rows, std::int64_t width, const float* from, float* to) {
  drop_fp32(dropout, rows, width, from, to);
}
void CpuKernels::drop_rows(const Dropout& dropout, std::int64_t rows, std::int64_t width, const BFloat16* from, BFloat16* to) {
  drop_bf16(dropout, rows, width, from, to);
}
void CpuKernels::add_dropped_rows(const Dropout& dropout, std::int64_t rows, std::int64_t width, const float* from, float* to) {
  add_dropped_fp32(dropout, rows, width, from, to);
}
void CpuKernels::add_dropped_rows(const Dropout& dropout, std::int64_t rows, std::int64_t width, const BFloat16* from, BFloat16* to) {
  add_dropped_bf16(dropout, rows, width, from, to);
}

}  // namespace agsweep
