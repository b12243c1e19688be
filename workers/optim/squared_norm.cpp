#include "workers/optim/squared_norm.hpp"

#include <array>
#include <cstdint>

#include "workers/kernels/cpu/simd.hpp"

namespace agsweep {

namespace {

AGSWEEP_SIMD double sum_of_squares(const float* values, std::int64_t count) {
  std::array<double, lane_count> partial{};
  const std::int64_t whole = count / lane_count * lane_count;
  for (std::int64_t begin = 0; begin < whole; begin += lane_count) {
    for (std::int64_t lane = 0; lane < lane_count; ++lane) {
      const double value = values[begin + lane];
      partial[static_cast<std::size_t>(lane)] += value * value;
    }
  }
  double sum = 0;
  for (const double part : partial) sum += part;
  for (std::int64_t i = whole; i < count; ++i) sum += static_cast<double>(values[i]) * values[i];
  return sum;
}

}  // namespace

double squared_norm(std::span<const float> values) { return sum_of_squares(values.data(), static_cast<std::int64_t>(values.size())); }

}  // namespace agsweep
