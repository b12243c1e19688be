#include "sweeps/statistics/regression_tree.hpp"

#include <algorithm>  // std::partition, std::sort
#include <numeric>    // std::iota
#include <utility>    // std::pair

#include "base/philox.hpp"  // shuffle

namespace agsweep {
namespace {

constexpr int deepest_level = 64;

struct Split {
  std::size_t axis = 0;
  double threshold = 0;
  double gain = -1;  // by how much the sum of squared errors falls, 0 or more; below: the points do not differ
};

/// Grows one tree, node by node from the root.
class TreeGrower {
 public:
  TreeGrower(std::span<const ParameterAxis> axes, std::span<const Point> points, std::span<const double> scores, PhiloxStream& stream)
      : axes_(axes), points_(points), scores_(scores), stream_(stream), axis_order_(axes.size()) {
    std::iota(axis_order_.begin(), axis_order_.end(), std::size_t{0});
  }

  RegressionTree grow(std::span<std::uint32_t> rows) {
    add_node(rows, 0);
    return std::move(tree_);
  }

 private:
  /// @return its place in the tree
  std::size_t add_node(std::span<std::uint32_t> rows, int level) {
    double sum = 0;
    for (const std::uint32_t row : rows) sum += scores_[row];
    const std::size_t place = tree_.size();
    tree_.push_back({.value = sum / static_cast<double>(rows.size())});
    const bool same = std::all_of(rows.begin(), rows.end(), [&](std::uint32_t row) { return scores_[row] == scores_[rows[0]]; });
    if (same || level == deepest_level) return place;

    const Split split = best_split(rows, sum);
    if (split.gain < 0) return place;
    const bool by_category = axes_[split.axis].categories > 0;
    const auto middle = std::partition(rows.begin(), rows.end(), [&](std::uint32_t row) {
      const double number = points_[row][split.axis];
      return by_category ? number == split.threshold : number <= split.threshold;
    });
    const auto yes_rows = static_cast<std::size_t>(middle - rows.begin());
    const std::size_t yes = add_node(rows.first(yes_rows), level + 1);
    const std::size_t no = add_node(rows.subspan(yes_rows), level + 1);
    tree_[place] = {.axis = static_cast<std::int64_t>(split.axis), .threshold = split.threshold, .yes = yes, .no = no};
    return place;
  }

  Split best_split(std::span<const std::uint32_t> rows, double sum) {
    // Two points differ on many axes at once; the same first axis each time would be given all of the importance.
    shuffle(std::span(axis_order_), stream_);
    Split best;
    for (const std::size_t axis : axis_order_) {
      sorted_.clear();
      for (const std::uint32_t row : rows) sorted_.emplace_back(points_[row][axis], scores_[row]);
      std::sort(sorted_.begin(), sorted_.end());
      if (axes_[axis].categories > 0) {
        try_categories(axis, sum, best);
      } else {
        try_thresholds(axis, sum, best);
      }
    }
    return best;
  }

  void try_thresholds(std::size_t axis, double sum, Split& best) {
    double left = 0;
    for (std::size_t i = 1; i < sorted_.size(); ++i) {
      left += sorted_[i - 1].second;
      if (sorted_[i - 1].first == sorted_[i].first) continue;
      const double gain = gain_of(left, i, sum);
      if (better(gain, best)) best = {axis, split_between(axes_[axis], sorted_[i - 1].first, sorted_[i].first), gain};
    }
  }

  void try_categories(std::size_t axis, double sum, Split& best) {
    for (std::size_t begin = 0, end = 0; begin < sorted_.size(); begin = end) {
      double inside = 0;
      for (; end < sorted_.size() && sorted_[end].first == sorted_[begin].first; ++end) inside += sorted_[end].second;
      if (end - begin == sorted_.size()) return;
      const double gain = gain_of(inside, end - begin, sum);
      if (better(gain, best)) best = {axis, sorted_[begin].first, gain};
    }
  }

  /// @param part  the scores' sum over `part_rows` of the node's rows
  double gain_of(double part, std::size_t part_rows, double sum) const {
    const auto all = static_cast<double>(sorted_.size());
    const auto inside = static_cast<double>(part_rows);
    const double difference = part / inside - (sum - part) / (all - inside);
    return inside * (all - inside) / all * difference * difference;
  }

  /// By more than rounding, so that it is the random order of the axes that decides between equals.
  static bool better(double gain, const Split& best) { return gain > best.gain * (1 + 1e-10); }

  std::span<const ParameterAxis> axes_;
  std::span<const Point> points_;
  std::span<const double> scores_;
  PhiloxStream& stream_;
  std::vector<std::size_t> axis_order_;
  std::vector<std::pair<double, double>> sorted_;  // number on an axis and score, for the node at hand
  RegressionTree tree_;
};

}  // namespace

RegressionTree grow_tree(std::span<const ParameterAxis> axes, std::span<const Point> points, std::span<const double> scores,
                         std::span<std::uint32_t> rows, PhiloxStream& stream) {
  return TreeGrower(axes, points, scores, stream).grow(rows);
}

}  // namespace agsweep
