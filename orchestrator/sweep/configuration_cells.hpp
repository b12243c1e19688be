#pragma once

#include <string>
#include <vector>

#include "sweeps/space/parameter.hpp"

namespace agsweep {

/// A configuration's values for a person, in the order of the space. @param digits  significant ones of numbers that are not whole
std::vector<std::string> configuration_cells(const SearchSpace& space, const Point& point, int digits);

}  // namespace agsweep
