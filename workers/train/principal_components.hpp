#pragma once

#include <array>
#include <span>
#include <vector>

namespace agsweep {

/// Points seen in the plane in which they spread most.
struct PlaneView {
  std::vector<std::array<double, 2>> points;  // around their mean
  std::array<double, 2> share = {};           // of the whole variance, along each axis; 0 where all points are one
};

/// Principal component analysis in double, as scikit-learn's PCA(2): of each axis the largest loading is positive.
/// @param values  [rows, width], finite; at least one row. Of width 1 the second axis has zeros
PlaneView principal_plane(std::span<const float> values, std::size_t width);

}  // namespace agsweep
