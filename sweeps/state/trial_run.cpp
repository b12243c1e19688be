#include "sweeps/state/trial_run.hpp"

#include "base/error.hpp"
#include "sweeps/state/sweep_state.hpp"  // run_attribute

namespace agsweep {

std::int64_t whole_number(const nlohmann::json& value, std::string_view attribute) {
  if (!value.is_number_integer()) throw DataError("{}: {} is no whole number", attribute, value.dump());
  return value.get<std::int64_t>();
}

std::int64_t whole_number_in(const nlohmann::json& value, const char* entry, std::string_view attribute) {
  if (!value.is_object()) throw DataError("{}: {} is no object", attribute, value.dump());
  const auto found = value.find(entry);
  if (found == value.end()) throw DataError("{}: {} is missing", attribute, entry);
  return whole_number(*found, attribute);
}

std::optional<std::pair<std::int64_t, std::int64_t>> named_run(const std::map<std::string, nlohmann::json>& attributes) {
  if (const auto run = attributes.find(std::string(run_attribute)); run != attributes.end()) {
    const auto part = [&](const char* entry) { return whole_number_in(run->second, entry, run_attribute); };
    return std::pair(part("configuration"), part("seed"));
  }
  // Version 0.1 had two attributes; of a trial that a crash cut, the first alone.
  const auto configuration = attributes.find("agsweep:configuration"), seed = attributes.find("agsweep:seed");
  if (configuration == attributes.end() || seed == attributes.end()) return {};
  return std::pair(whole_number(configuration->second, configuration->first), whole_number(seed->second, seed->first));
}

}  // namespace agsweep
