#include "sweeps/space/read_space.hpp"

#include <algorithm>  // std::find
#include <optional>
#include <utility>  // std::move

#include <fmt/format.h>

#include "base/error.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

// A Point's numbers are doubles: beyond 2^53 they do not tell neighbours apart.
constexpr std::int64_t largest_whole = std::int64_t{1} << 53;

bool is_whole(Scale scale) { return scale == Scale::integer || scale == Scale::log_integer; }
bool is_log(Scale scale) { return scale == Scale::log || scale == Scale::log_integer; }

/// A bound of a scale, or a number of a [[trial]] on it: checked as the option's value.
double read_number(const SpecNode& node, Scale scale, const std::string& model, const OptionCheck& check) {
  ParameterValue value = value_of(node);
  if (is_whole(scale)) {
    value = whole_of(node, -largest_whole, largest_whole);
  } else if (const auto number = number_of(node)) {
    value = *number;
  } else {
    throw UsageError("{}: not a number", node.origin);
  }
  const double number = *number_of(node);
  if (is_log(scale) && number <= 0) throw UsageError("{}: {} has no logarithm (allowed: above 0)", node.origin, number);
  check(model, node.name, value, node.origin);
  return number;
}

void read_bounds(const SpecNode& list, const fs::path& path, const std::string& model, const OptionCheck& check, Parameter& parameter) {
  const std::vector<SpecNode> bounds = elements_of(list, path);
  if (bounds.size() != 2) {
    throw UsageError("{}: {} numbers, where a lowest and a highest belong: {{ {} = [low, high] }}", list.origin, bounds.size(),
                     to_word(parameter.scale));
  }
  parameter.low = read_number(bounds[0], parameter.scale, model, check);
  parameter.high = read_number(bounds[1], parameter.scale, model, check);
  if (parameter.low >= parameter.high) {
    throw UsageError("{}: the lowest, {}, is not below the highest, {}", bounds[0].origin, parameter.low, parameter.high);
  }
}

/// 0 for a number, whole or not, else the type.
std::size_t family(const ParameterValue& value) {
  return std::holds_alternative<std::int64_t>(value) ? ParameterValue(0.0).index() : value.index();
}

void read_values(const SpecNode& list, const fs::path& path, const std::string& model, const OptionCheck& check, Parameter& parameter) {
  std::optional<ParameterValue> first;
  std::optional<double> before;
  for (const SpecNode& element : elements_of(list, path)) {
    const ParameterValue value = value_of(element);
    if (!first) first = value;
    if (family(*first) != family(value)) throw UsageError("{}: numbers, texts and truth values are mixed in one list", element.origin);
    const std::optional<double> number = number_of(element);
    if (number && before && *number <= *before) {
      throw UsageError("{}: {} after {}: the numbers of a list ascend", element.origin, *number, *before);
    }
    before = number;
    ParameterValue checked = check(model, element.name, value, element.origin);
    if (std::find(parameter.values.begin(), parameter.values.end(), checked) != parameter.values.end()) {
      throw UsageError("{}: the value stands in the list before", element.origin);
    }
    parameter.values.push_back(std::move(checked));
  }
}

/// The number that stands for a [[trial]]'s value.
double read_trial_number(const SpecNode& node, const Parameter& parameter, const std::string& model, const OptionCheck& check) {
  if (parameter.scale != Scale::values) return read_number(node, parameter.scale, model, check);
  const ParameterValue value = check(model, node.name, value_of(node), node.origin);
  const auto found = std::find(parameter.values.begin(), parameter.values.end(), value);
  if (found == parameter.values.end()) throw UsageError("{}: not among the values of [space]", node.origin);
  return static_cast<double>(found - parameter.values.begin());
}

}  // namespace

Parameter read_parameter(const SpecNode& node, const fs::path& path, const std::string& model, const OptionCheck& check) {
  if (!node.value->is_table()) {
    throw UsageError("{}: not a table such as {{ log = [low, high] }}; one value for all trials belongs in [fixed]", node.origin);
  }
  std::vector<SpecNode> kinds = nodes_of(node, path);
  check_known(kinds, enum_words<Scale>);
  if (kinds.size() != 1) throw UsageError("{}: exactly one of log, range, int, log_int and values belongs here", node.origin);

  SpecNode& list = kinds.front();
  Parameter parameter{.key = node.name};
  parameter.scale = from_word<Scale>(list.name).value();
  list.name = node.name;  // its numbers are the option's
  list.origin = fmt::format("{}: {}", list.at, node.name);
  if (parameter.scale == Scale::values) {
    read_values(list, path, model, check, parameter);
  } else {
    read_bounds(list, path, model, check, parameter);
  }
  return parameter;
}

Point read_trial(const SpecNode& node, const fs::path& path, const std::string& model, const SearchSpace& space, const OptionCheck& check) {
  const std::vector<SpecNode> given = nodes_of(node, path);
  std::vector<std::string_view> keys;
  for (const Parameter& parameter : space) keys.push_back(parameter.key);
  check_known(given, keys);
  Point point;
  for (const Parameter& parameter : space) {
    const SpecNode* number = find_node(given, parameter.key);
    if (number == nullptr) throw UsageError("{}: {} is missing (a [[trial]] has every key of [space])", node.origin, parameter.key);
    point.push_back(read_trial_number(*number, parameter, model, check));
  }
  return point;
}

}  // namespace agsweep
