#pragma once

#include <cstdint>
#include <optional>

#include "sweeps/space/parameter.hpp"

namespace agsweep {

/// Whether a parameter has a list of values to go through: Scale::values and Scale::integer.
bool is_finite(const Parameter& parameter);

/// The number of configurations of a space of finite parameters; `limit + 1` where there are more than `limit`.
std::int64_t grid_size(const SearchSpace& space, std::int64_t limit);

/// Configuration `rank` of a space of finite parameters; the last key varies fastest.
/// @param rank  in [0, grid_size)
Point grid_point(const SearchSpace& space, std::int64_t rank);

/// The rank of a configuration; nullopt where it is outside the bounds of the space.
std::optional<std::int64_t> grid_rank(const SearchSpace& space, const Point& point);

}  // namespace agsweep
