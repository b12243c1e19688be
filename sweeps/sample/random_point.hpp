#pragma once

#include <cstdint>

#include "sweeps/space/parameter.hpp"

namespace agsweep {

/// A uniform draw on each parameter's scale, from Philox(seed, index).
Point random_point(const SearchSpace& space, std::uint64_t seed, std::int64_t index);

}  // namespace agsweep
