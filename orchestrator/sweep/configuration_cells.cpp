#include "orchestrator/sweep/configuration_cells.hpp"

#include <fmt/format.h>

namespace agsweep {

std::vector<std::string> configuration_cells(const SearchSpace& space, const Point& point, int digits) {
  std::vector<std::string> cells;
  for (std::size_t i = 0; i < space.size(); ++i) {
    const ParameterValue value = value_at(space[i], point[i]);
    const auto* number = std::get_if<double>(&value);
    cells.push_back(number != nullptr ? fmt::format("{:.{}g}", *number, digits) : value_text(value));
  }
  return cells;
}

}  // namespace agsweep
