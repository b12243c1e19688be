#include "sweeps/state/trial_run.hpp"

#include <string_view>

#include "base/error.hpp"
#include "sweeps/state/sweep_state.hpp"  // run_attribute

namespace agsweep {

namespace {

std::int64_t whole_number(const nlohmann::json& value, std::string_view key) {
  if (!value.is_number_integer()) throw DataError("{}: {} is no whole number", key, value.dump());
  return value.get<std::int64_t>();
}

std::int64_t part_of(const nlohmann::json& run, const char* name) {
  if (!run.is_object()) throw DataError("{}: {} is no object", run_attribute, run.dump());
  const auto found = run.find(name);
  if (found == run.end()) throw DataError("{}: {} is missing", run_attribute, name);
  return whole_number(*found, run_attribute);
}

}  // namespace

std::optional<std::pair<std::int64_t, std::int64_t>> named_run(const std::map<std::string, nlohmann::json>& attributes) {
  if (const auto run = attributes.find(std::string(run_attribute)); run != attributes.end()) {
    return std::pair(part_of(run->second, "configuration"), part_of(run->second, "seed"));
  }
  // Version 0.1 had two attributes; of a trial that a crash cut, the first alone.
  const auto configuration = attributes.find("agsweep:configuration"), seed = attributes.find("agsweep:seed");
  if (configuration == attributes.end() || seed == attributes.end()) return {};
  return std::pair(whole_number(configuration->second, configuration->first), whole_number(seed->second, seed->first));
}

}  // namespace agsweep
