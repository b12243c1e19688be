#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/philox.hpp"                  // PhiloxStream
#include "sweeps/space/parameter.hpp"       // Point
#include "sweeps/space/parameter_axis.hpp"  // ParameterAxis

namespace agsweep {

/// A leaf, or a question about one number of a point: of ordered numbers, is it at most `threshold`; of categories, is it `threshold`.
struct TreeNode {
  std::int64_t axis = -1;  // -1: a leaf
  double threshold = 0;
  std::size_t yes = 0;  // the children's places in the tree
  std::size_t no = 0;
  double value = 0;  // a leaf's prediction
};
using RegressionTree = std::vector<TreeNode>;  // the root first

/// A regression tree of variance reduction (CART, Breiman et al. 1984), grown until a leaf's scores or its points are all equal, at most 64
/// levels deep. Among equally good splits the axis is random.
/// @param points  of allowed numbers
/// @param scores  one a point
/// @param rows    the points to learn from, by position, possibly repeated; at least one. Reordered.
RegressionTree grow_tree(std::span<const ParameterAxis> axes, std::span<const Point> points, std::span<const double> scores,
                         std::span<std::uint32_t> rows, PhiloxStream& stream);

}  // namespace agsweep
