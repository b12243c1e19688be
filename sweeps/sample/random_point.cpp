#include "sweeps/sample/random_point.hpp"

#include "base/philox.hpp"  // PhiloxStream

namespace agsweep {

Point random_point(const SearchSpace& space, std::uint64_t seed, std::int64_t index) {
  PhiloxStream stream(seed, static_cast<std::uint64_t>(index));
  Point point;
  point.reserve(space.size());
  for (const Parameter& parameter : space) point.push_back(number_at(parameter, stream.next_unit()));
  return point;
}

}  // namespace agsweep
