#include "orchestrator/options/duration.hpp"

#include <array>
#include <charconv>
#include <utility>  // std::pair

#include "base/error.hpp"

namespace agsweep {

double parse_duration(std::string_view text, std::string_view origin) {
  constexpr std::array units = {std::pair('d', 86400.0), std::pair('h', 3600.0), std::pair('m', 60.0), std::pair('s', 1.0)};
  constexpr double most = 1e6 * 3600;
  const auto wrong = [&] { return UsageError("{}: {} is no duration such as 8h, 90m or 1h30m", origin, text); };
  double seconds = 0;
  auto unit = units.begin();
  for (std::string_view rest = text; !rest.empty();) {
    double number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number, std::chars_format::fixed);
    if (error != std::errc() || end == rest.data() + rest.size() || number < 0) throw wrong();
    while (unit != units.end() && unit->first != *end) ++unit;
    if (unit == units.end()) throw wrong();
    seconds += number * unit->second;
    ++unit;
    rest.remove_prefix(static_cast<std::size_t>(end + 1 - rest.data()));
  }
  if (!(seconds > 0 && seconds <= most)) throw wrong();
  return seconds;
}

}  // namespace agsweep
