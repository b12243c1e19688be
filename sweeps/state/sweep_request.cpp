#include "sweeps/state/sweep_request.hpp"

#include <algorithm>  // std::find_if, std::ranges::find
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "base/error.hpp"
#include "sweeps/journal/journal_line.hpp"

namespace agsweep {

namespace {

using Json = nlohmann::json;

std::string dump(const Json& json) {
  constexpr std::size_t longest = 100;
  std::string text = json.dump(-1, ' ', true, Json::error_handler_t::replace);
  if (text.size() > longest) text = text.substr(0, longest) + " ..";
  return text;
}

bool is_value(const ParameterValue& value, const Json& json) {
  if (const auto* on = std::get_if<bool>(&value)) return json.is_boolean() && json.get<bool>() == *on;
  if (const auto* text = std::get_if<std::string>(&value)) return json.is_string() && json.get<std::string>() == *text;
  if (!json.is_number()) return false;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return json.get<double>() == static_cast<double>(*whole);
  return json.get<double>() == std::get<double>(value);
}

double number_of(const Parameter& parameter, const Json& json) {
  if (parameter.scale == Scale::values) {
    const auto found =
        std::find_if(parameter.values.begin(), parameter.values.end(), [&](const auto& value) { return is_value(value, json); });
    if (found != parameter.values.end()) return static_cast<double>(found - parameter.values.begin());
    std::vector<std::string> words;
    for (const ParameterValue& value : parameter.values) words.push_back(value_text(value));
    throw DataError("{}: {} is not among the values of [space]: {}", parameter.key, dump(json), fmt::join(words, ", "));
  }
  const bool whole = parameter.scale == Scale::integer || parameter.scale == Scale::log_integer;
  const bool log = parameter.scale == Scale::log || parameter.scale == Scale::log_integer;
  const double number = json.is_number() ? json.get<double>() : std::numeric_limits<double>::quiet_NaN();
  const bool fits = std::abs(number) <= 0x1p53 && (!whole || number == std::floor(number)) && (!log || number > 0);
  if (!fits) {
    throw DataError("{}: {} is no {}{}number", parameter.key, dump(json), whole ? "whole " : "", log ? "positive " : "");
  }
  return number;
}

/// The entries of a request: no other key.
void require_keys(const JournalLine& line, const std::set<std::string>& keys) {
  for (const auto& [key, value] : line.items()) {
    if (!keys.contains(key)) throw DataError("{} is not known here", dump(key));
  }
}

}  // namespace

std::string to_text(const SweepRequest& request) {
  using R = SweepRequest;
  nlohmann::ordered_json json;
  if (const auto* stop = std::get_if<R::StopSweep>(&request.what)) json = {{"request", "stop"}, {"lock", stop->lock}};
  if (const auto* stop = std::get_if<R::StopTrial>(&request.what)) json = {{"request", "stop"}, {"trial", stop->trial}};
  if (const auto* enqueue = std::get_if<R::Enqueue>(&request.what)) json = {{"request", "enqueue"}, {"parameters", enqueue->parameters}};
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

SweepRequest parse_request(std::string_view text) {
  const std::optional<JournalLine> line = parse_journal_line(text);
  if (!line) throw DataError("it is no JSON object");
  const std::string request = text_of(*line, "request");
  if (request == "enqueue") {
    require_keys(*line, {"request", "parameters"});
    return {.what = SweepRequest::Enqueue{.parameters = Json(object_of(*line, "parameters"))}};
  }
  if (request != "stop") throw DataError("request is {}, expected stop or enqueue", dump(request));
  if (line->contains("trial")) {
    require_keys(*line, {"request", "trial"});
    return {.what = SweepRequest::StopTrial{.trial = whole_number_of(*line, "trial", 0, std::numeric_limits<std::int64_t>::max())}};
  }
  require_keys(*line, {"request", "lock"});
  return {.what = SweepRequest::StopSweep{.lock = text_of(*line, "lock")}};
}

Point requested_point(const SweepSpec& spec, const OptionCheck& check, const Json& parameters) {
  const SearchSpace& space = spec.space;
  if (!parameters.is_object()) throw DataError("parameters are {}, expected a value for each key of [space]", dump(parameters));
  for (const auto& [key, value] : parameters.items()) {
    if (std::ranges::find(space, key, &Parameter::key) == space.end()) throw DataError("{} is no key of [space]", dump(key));
  }
  Point point;
  for (const Parameter& parameter : space) {
    const auto value = parameters.find(parameter.key);
    if (value == parameters.end()) throw DataError("{} is missing: each key of [space] has a value", parameter.key);
    point.push_back(number_of(parameter, *value));
    try {
      check(spec.model, parameter.key, value_at(parameter, point.back()), parameter.key);
    } catch (const UsageError& error) {
      throw DataError("{}", error.what());
    }
  }
  return point;
}

}  // namespace agsweep
