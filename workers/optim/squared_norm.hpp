#pragma once

#include <span>

namespace agsweep {

/// The sum of squares, in double, in an order that depends on the size alone.
double squared_norm(std::span<const float> values);

}  // namespace agsweep
