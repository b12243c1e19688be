#include "sweeps/space/grid.hpp"

namespace agsweep {

namespace {

/// How many values a finite parameter has.
std::int64_t count(const Parameter& parameter) {
  if (parameter.scale == Scale::values) return static_cast<std::int64_t>(parameter.values.size());
  return static_cast<std::int64_t>(parameter.high - parameter.low) + 1;
}

/// The number of the first.
double first(const Parameter& parameter) { return parameter.scale == Scale::values ? 0 : parameter.low; }

}  // namespace

bool is_finite(const Parameter& parameter) { return parameter.scale == Scale::values || parameter.scale == Scale::integer; }

std::int64_t grid_size(const SearchSpace& space, std::int64_t limit) {
  std::int64_t size = 1;
  for (const Parameter& parameter : space) {
    if (count(parameter) > limit / size) return limit + 1;  // before the product, which may overflow
    size *= count(parameter);
  }
  return size;
}

Point grid_point(const SearchSpace& space, std::int64_t rank) {
  Point point(space.size());
  for (std::size_t i = space.size(); i-- > 0;) {
    point[i] = first(space[i]) + static_cast<double>(rank % count(space[i]));
    rank /= count(space[i]);
  }
  return point;
}

std::optional<std::int64_t> grid_rank(const SearchSpace& space, const Point& point) {
  std::int64_t rank = 0;
  for (std::size_t i = 0; i < space.size(); ++i) {
    const double place = point[i] - first(space[i]);
    if (place < 0 || place >= static_cast<double>(count(space[i]))) return std::nullopt;
    rank = rank * count(space[i]) + static_cast<std::int64_t>(place);
  }
  return rank;
}

}  // namespace agsweep
