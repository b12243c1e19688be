// parameter_json: reads lines "scale low high unit unit ..." (scale as in a spec; values: "values count 0 unit ..."), prints each one's
// numbers as a JSON list, for parity_test.py.
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "sweeps/space/parameter.hpp"

int main() {
  using namespace agsweep;
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string scale;
    Parameter parameter;
    words >> scale >> parameter.low >> parameter.high;
    parameter.scale = from_word<Scale>(scale).value();
    if (parameter.scale == Scale::values) parameter.values.resize(static_cast<std::size_t>(parameter.low));
    std::vector<double> numbers;
    for (double unit = 0; words >> unit;) numbers.push_back(number_at(parameter, unit));
    std::cout << nlohmann::json(numbers) << '\n';
  }
}
