#pragma once

#include <string>

#include "base/json.hpp"
#include "sweeps/space/parameter.hpp"

namespace agsweep::testing_support {

/// [{"log": [low, high]}, {"range": ..}, {"int": ..}, {"log_int": ..}, {"values": [..]}]: a search space whose keys are numbers.
inline SearchSpace space_from_json(const nlohmann::json& list) {
  SearchSpace space;
  for (const nlohmann::json& entry : list) {
    Parameter parameter{.key = std::to_string(space.size())};
    const std::string& scale = entry.begin().key();
    const nlohmann::json& limits = entry.begin().value();
    if (scale == "values") {
      for (const nlohmann::json& value : limits) {
        if (value.is_number()) parameter.values.emplace_back(value.get<double>());
        if (value.is_string()) parameter.values.emplace_back(value.get<std::string>());
        if (value.is_boolean()) parameter.values.emplace_back(value.get<bool>());
      }
    } else {
      parameter.scale = scale == "log"     ? Scale::log
                        : scale == "range" ? Scale::range
                        : scale == "int"   ? Scale::integer
                                           : Scale::log_integer;
      parameter.low = limits.at(0).get<double>();
      parameter.high = limits.at(1).get<double>();
    }
    space.push_back(std::move(parameter));
  }
  return space;
}

}  // namespace agsweep::testing_support
