#include "orchestrator/options/columns.hpp"

#include <algorithm>  // std::find
#include <charconv>

#include "base/error.hpp"

namespace agsweep {

std::vector<int> parse_columns(std::string_view text, std::string_view origin, std::size_t least) {
  std::vector<int> columns;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  while (true) {
    int column = 0;
    const auto [rest, error] = std::from_chars(at, end, column);
    const bool separated = rest == end || *rest == ',';
    if (error != std::errc() || !separated || column < 1 || column > 1000 ||
        std::find(columns.begin(), columns.end(), column) != columns.end()) {
      throw UsageError("{}: {} is not a list of different columns from 1 to 1000, like 1,2,3", origin, text);
    }
    columns.push_back(column);
    if (rest == end) break;
    at = rest + 1;
  }
  if (columns.size() < least) throw UsageError("{}: {} is not a list of at least {} columns", origin, text, least);
  return columns;
}

}  // namespace agsweep
