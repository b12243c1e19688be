#include "sweeps/statistics/marginal_variance.hpp"

#include <algorithm>  // std::count, std::sort
#include <utility>    // std::pair

namespace agsweep {
namespace {

/// A leaf's extent along one axis.
struct Side {
  double begin = 0;               // of ordered numbers: in shares of the axis, 0 .. 1
  double end = 1;                 //
  std::vector<bool> inside = {};  // of categories: which

  double share() const {
    if (inside.empty()) return end - begin;
    return static_cast<double>(std::count(inside.begin(), inside.end(), true)) / static_cast<double>(inside.size());
  }
};
using Box = std::vector<Side>;

struct Leaf {
  Box box;
  double value = 0;
  double share = 1;  // of the space
};

void collect_leaves(std::span<const ParameterAxis> axes, const RegressionTree& tree, std::size_t place, Box box,
                    std::vector<Leaf>& leaves) {
  const TreeNode& node = tree[place];
  if (node.axis < 0) {
    double share = 1;
    for (const Side& side : box) share *= side.share();
    // Points that differ by rounding alone can have a leaf without extent.
    if (share > 0) leaves.push_back({.box = std::move(box), .value = node.value, .share = share});
    return;
  }
  const auto axis = static_cast<std::size_t>(node.axis);
  Box yes = box;
  if (axes[axis].categories > 0) {
    const auto category = static_cast<std::size_t>(node.threshold);
    yes[axis].inside.assign(yes[axis].inside.size(), false);
    yes[axis].inside[category] = true;
    box[axis].inside[category] = false;
  } else {
    const double share = (place_of(axes[axis], node.threshold) - axes[axis].low) / (axes[axis].high - axes[axis].low);
    yes[axis].end = share;
    box[axis].begin = share;
  }
  collect_leaves(axes, tree, node.yes, std::move(yes), leaves);
  collect_leaves(axes, tree, node.no, std::move(box), leaves);
}

/// Of a step function on [0, 1]. @param steps  where it changes, and by how much
double variance_of_steps(std::vector<std::pair<double, double>> steps, double mean) {
  std::sort(steps.begin(), steps.end());
  double variance = 0;
  double height = -mean;
  double reached = 0;
  for (const auto& [share, change] : steps) {
    variance += (share - reached) * height * height;
    height += change;
    reached = share;
  }
  return variance;
}

double variance_along(std::size_t axis, const std::vector<Leaf>& leaves, double mean) {
  std::vector<std::pair<double, double>> steps;
  for (const Leaf& leaf : leaves) {
    const Side& side = leaf.box[axis];
    const double height = leaf.value * leaf.share / side.share();
    steps.emplace_back(side.begin, height);
    steps.emplace_back(side.end, -height);
  }
  return variance_of_steps(std::move(steps), mean);
}

double variance_over(std::size_t axis, std::size_t categories, const std::vector<Leaf>& leaves, double mean) {
  std::vector<double> heights(categories, -mean);
  for (const Leaf& leaf : leaves) {
    const Side& side = leaf.box[axis];
    const double height = leaf.value * leaf.share / side.share();
    for (std::size_t category = 0; category < categories; ++category) {
      if (side.inside[category]) heights[category] += height;
    }
  }
  double variance = 0;
  for (const double height : heights) variance += height * height / static_cast<double>(categories);
  return variance;
}

}  // namespace

MarginalVariance marginal_variance(std::span<const ParameterAxis> axes, const RegressionTree& tree) {
  Box space(axes.size());
  for (std::size_t axis = 0; axis < axes.size(); ++axis) space[axis].inside.assign(static_cast<std::size_t>(axes[axis].categories), true);
  std::vector<Leaf> leaves;
  collect_leaves(axes, tree, 0, std::move(space), leaves);

  double mean = 0;
  for (const Leaf& leaf : leaves) mean += leaf.share * leaf.value;
  MarginalVariance variance;
  for (const Leaf& leaf : leaves) variance.total += leaf.share * (leaf.value - mean) * (leaf.value - mean);
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    const auto categories = static_cast<std::size_t>(axes[axis].categories);
    variance.of_axis.push_back(categories > 0 ? variance_over(axis, categories, leaves, mean) : variance_along(axis, leaves, mean));
  }
  return variance;
}

}  // namespace agsweep
