#pragma once

#include <cstdint>
#include <vector>

#include "base/philox.hpp"

namespace agsweep {

/// Floats in [-1, 1), the same for the same stream.
inline std::vector<float> random_floats(std::size_t count, std::uint64_t stream) {
  PhiloxStream random(1, stream);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(2 * random.next_unit() - 1);
  return values;
}

}  // namespace agsweep
