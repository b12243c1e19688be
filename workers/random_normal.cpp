#include "workers/random_normal.hpp"

#include <cmath>
#include <cstdlib>  // std::strtoull
#include <numbers>  // std::numbers::pi
#include <string>

#include "base/sha256.hpp"

namespace agsweep {

PhiloxStream stream_of_name(std::uint64_t seed, std::string_view name) {
  const std::string digest = sha256(std::as_bytes(std::span(name)));
  return {seed, std::strtoull(digest.substr(0, 16).c_str(), nullptr, 16)};
}

void fill_normal(PhiloxStream stream, double std, std::span<float> values) {
  // In pairs (Box and Muller 1958); 1 - u is never 0, whose logarithm is infinite.
  for (std::size_t i = 0; i < values.size(); i += 2) {
    const double radius = std * std::sqrt(-2 * std::log(1 - stream.next_unit()));
    const double angle = 2 * std::numbers::pi * stream.next_unit();
    values[i] = static_cast<float>(radius * std::cos(angle));
    if (i + 1 < values.size()) values[i + 1] = static_cast<float>(radius * std::sin(angle));
  }
}

}  // namespace agsweep
