#include "sweeps/statistics/sign_flip.hpp"

#include <cmath>
#include <cstdint>
#include <numeric>  // std::accumulate

namespace agsweep {

namespace {

/// How many choices of signs for the rest of the differences bring `sum` at least `reach` away from 0.
std::int64_t count_far(std::span<const double> rest, double sum, double reach) {
  if (rest.empty()) return std::abs(sum) >= reach ? 1 : 0;
  return count_far(rest.subspan(1), sum + rest[0], reach) + count_far(rest.subspan(1), sum - rest[0], reach);
}

}  // namespace

double sign_flip_p(std::span<const double> differences) {
  const double observed = std::abs(std::accumulate(differences.begin(), differences.end(), 0.0));
  double size = 0;
  for (const double difference : differences) size += std::abs(difference);
  // Sums that are equal but for rounding count as equal. The first sign can stay: the mirrored choices are as far away.
  const double reach = observed - 1e-12 * size;
  const std::int64_t far = count_far(differences.subspan(1), differences[0], reach);
  return static_cast<double>(far) / std::exp2(differences.size() - 1);
}

std::size_t pairs_needed(std::size_t tests) {
  std::size_t pairs = 1;
  while (static_cast<double>(tests) * 2 / std::exp2(pairs) >= 0.05) ++pairs;
  return pairs;
}

}  // namespace agsweep
