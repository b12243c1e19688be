// sobol_json: reads lines "dimensions first count [seed]", prints each one's points as a JSON list of lists, scrambled where there is a
// seed, for sobol_parity_test.py.
#include <optional>
#include <sstream>
#include <string>
#include <utility>  // std::move
#include <vector>

#include "sweeps/sample/sobol.hpp"
#include "tests/support/helper_program.hpp"

namespace {

std::vector<std::vector<double>> points_of(const std::string& line) {
  std::istringstream words(line);
  std::size_t dimensions = 0;
  std::int64_t first = 0, count = 0;
  words >> dimensions >> first >> count;
  std::optional<agsweep::ScrambledSobol> scrambled;
  if (std::uint64_t seed = 0; words >> seed) scrambled.emplace(dimensions, seed);
  std::vector<std::vector<double>> points;
  for (std::int64_t index = first; index < first + count; ++index) {
    std::vector<double> point;
    if (scrambled) {
      point = scrambled->point(index);
    } else {
      for (const std::uint32_t digits : agsweep::sobol_digits(dimensions, index)) point.push_back(digits * 0x1.0p-32);
    }
    points.push_back(std::move(point));
  }
  return points;
}

}  // namespace

int main() { return agsweep::testing_support::answer_lines(points_of); }
