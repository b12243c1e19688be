#include "sweeps/statistics/functional_anova.hpp"

#include <algorithm>  // std::max, std::sort
#include <cmath>
#include <numeric>  // std::accumulate

#include "base/philox.hpp"
#include "sweeps/statistics/marginal_variance.hpp"
#include "sweeps/statistics/regression_tree.hpp"

namespace agsweep {
namespace {

constexpr std::uint64_t tree_count = 64;
constexpr std::size_t most_rows = 2'000;  // of a tree: what more of them would tell apart lies far below what trees differ by

std::vector<Point> allowed_points(std::span<const ParameterAxis> axes, std::span<const Point> points) {
  std::vector<Point> allowed(points.begin(), points.end());
  for (Point& point : allowed) {
    for (std::size_t axis = 0; axis < axes.size(); ++axis) point[axis] = allowed_number(axes[axis], point[axis]);
  }
  return allowed;
}

/// Differences from the mean: sums of their squares lose no digits to a large common part.
std::vector<double> centred(std::span<const double> scores) {
  const double mean = std::accumulate(scores.begin(), scores.end(), 0.0) / static_cast<double>(scores.size());
  std::vector<double> differences;
  for (const double score : scores) differences.push_back(score - mean);
  return differences;
}

std::vector<std::uint32_t> bootstrap_sample(std::size_t count, PhiloxStream& stream) {
  std::vector<std::uint32_t> rows(std::min(count, most_rows));
  for (std::uint32_t& row : rows) row = stream.below(static_cast<std::uint32_t>(count));
  return rows;
}

/// Between the two nearest order statistics, linearly.
double quantile(const std::vector<double>& sorted, double probability) {
  const double place = probability * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

Importance summary(std::vector<double> shares) {
  std::sort(shares.begin(), shares.end());
  return {.mean = std::accumulate(shares.begin(), shares.end(), 0.0) / static_cast<double>(shares.size()),
          .low = quantile(shares, 0.025),
          .high = quantile(shares, 0.975)};
}

}  // namespace

FunctionalAnova functional_anova(const SearchSpace& space, std::span<const Point> points, std::span<const double> scores,
                                 std::uint64_t seed) {
  std::vector<ParameterAxis> axes;
  for (const Parameter& parameter : space) axes.push_back(axis_of(parameter));
  const std::vector<Point> allowed = allowed_points(axes, points);
  const std::vector<double> differences = centred(scores);

  std::vector<std::vector<double>> shares(axes.size());  // [axis][tree that varies]
  std::vector<double> interactions;
  for (std::uint64_t number = 0; number < tree_count && !points.empty(); ++number) {
    PhiloxStream stream(seed, number);
    std::vector<std::uint32_t> rows = bootstrap_sample(points.size(), stream);
    const MarginalVariance variance = marginal_variance(axes, grow_tree(axes, allowed, differences, rows, stream));
    if (variance.total == 0) continue;
    double left = 1;
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
      shares[axis].push_back(variance.of_axis[axis] / variance.total);
      left -= shares[axis].back();
    }
    interactions.push_back(std::max(left, 0.0));
  }

  FunctionalAnova anova{.parameters = std::vector<Importance>(axes.size()), .interactions = 0, .constant = interactions.empty()};
  if (anova.constant) return anova;
  for (std::size_t axis = 0; axis < axes.size(); ++axis) anova.parameters[axis] = summary(std::move(shares[axis]));
  anova.interactions = summary(std::move(interactions)).mean;
  return anova;
}

}  // namespace agsweep
