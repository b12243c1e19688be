#include "sweeps/journal/distribution.hpp"

#include <algorithm>  // std::ranges::equal
#include <cmath>

#include "base/error.hpp"
#include "base/json.hpp"

namespace agsweep {

namespace {

using Json = nlohmann::ordered_json;

constexpr double largest_whole = 0x1p53;  // whole numbers up to it are doubles without a gap

Json choice_json(const ParameterValue& value) {
  return std::visit([](const auto& of_type) { return Json(of_type); }, value);
}

ParameterValue choice_of(const Json& json, const std::string& key) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_float()) return json.get<double>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_string()) return json.get<std::string>();
  throw DataError("{}: a choice is of type {}, expected a number, a string or a boolean", key, json.type_name());
}

double bound_of(const Json& attributes, const char* name, bool whole, const std::string& key) {
  const auto found = attributes.find(name);
  if (found == attributes.end() || !found->is_number()) throw DataError("{}: its distribution has no number {}", key, name);
  const auto bound = found->get<double>();
  if (whole && (bound != std::floor(bound) || std::abs(bound) > largest_whole)) {
    throw DataError("{}: {} is {}, expected a whole number up to 2^53", key, name, bound);
  }
  return bound;
}

bool is_log(const Json& attributes, const std::string& key) {
  const auto found = attributes.find("log");
  if (found == attributes.end() || !found->is_boolean()) throw DataError("{}: its distribution does not say whether it is log", key);
  return found->get<bool>();
}

}  // namespace

std::string distribution_json(const Parameter& parameter) {
  if (parameter.scale == Scale::values) {
    Json choices = Json::array();
    for (const ParameterValue& value : parameter.values) choices.push_back(choice_json(value));
    return Json{{"name", "CategoricalDistribution"}, {"attributes", {{"choices", choices}}}}.dump();
  }
  const bool whole = parameter.scale == Scale::integer || parameter.scale == Scale::log_integer;
  const bool log = parameter.scale == Scale::log || parameter.scale == Scale::log_integer;
  const auto bound = [whole](double value) { return whole ? Json(std::llround(value)) : Json(value); };
  const Json attributes = {
      {"step", whole ? Json(1) : Json()}, {"low", bound(parameter.low)}, {"high", bound(parameter.high)}, {"log", log}};
  return Json{{"name", whole ? "IntDistribution" : "FloatDistribution"}, {"attributes", attributes}}.dump();
}

Parameter parameter_of(std::string key, std::string_view distribution_json) {
  const Json json = Json::parse(distribution_json, nullptr, false);
  const bool complete = json.is_object() && json.contains("name") && json.contains("attributes") && json["attributes"].is_object();
  if (!complete) throw DataError("{}: its distribution is no object with name and attributes", key);
  const Json& name = json["name"];
  const Json& attributes = json["attributes"];

  Parameter parameter{.key = std::move(key)};
  if (name == "CategoricalDistribution") {
    const auto choices = attributes.find("choices");
    if (choices == attributes.end() || !choices->is_array() || choices->empty()) throw DataError("{}: it has no choices", parameter.key);
    for (const Json& choice : *choices) parameter.values.push_back(choice_of(choice, parameter.key));
    return parameter;
  }
  const bool whole = name == "IntDistribution";
  if (!whole && name != "FloatDistribution") {
    throw DataError("{}: its distribution is none of FloatDistribution, IntDistribution, CategoricalDistribution", parameter.key);
  }
  const bool log = is_log(attributes, parameter.key);
  parameter.scale = whole ? (log ? Scale::log_integer : Scale::integer) : (log ? Scale::log : Scale::range);
  parameter.low = bound_of(attributes, "low", whole, parameter.key);
  parameter.high = bound_of(attributes, "high", whole, parameter.key);
  return parameter;
}

bool same_space(const SearchSpace& a, const SearchSpace& b) {
  return std::ranges::equal(a, b, [](const Parameter& one, const Parameter& other) {
    return one.key == other.key && distribution_json(one) == distribution_json(other);
  });
}

}  // namespace agsweep
