#include "orchestrator/replay/bit_promise.hpp"

#include <fmt/format.h>

namespace agsweep {

namespace {

std::string text_at(const nlohmann::json& json, const char* path) {
  const nlohmann::json::json_pointer pointer(path);
  return json.contains(pointer) && json.at(pointer).is_string() ? json.at(pointer).get<std::string>() : "unknown";
}

}  // namespace

std::vector<std::string> reasons_for_other_bits(const nlohmann::json& recorded, const nlohmann::json& repeated) {
  if (recorded.is_null()) return {"the run has no result.json, which says where it was trained"};
  std::vector<std::string> reasons;
  if (text_at(recorded, "/reduction") == "allreduce") {
    reasons.emplace_back("it was trained with --reduction allreduce, whose order of sums depends on the ranks");
  }
  for (const auto& [path, what] : {std::pair("/device", "device"), std::pair("/device_name", "type of device"),
                                   std::pair("/versions/libtorch", "LibTorch"), std::pair("/versions/agsweep", "agsweep")}) {
    const std::string before = text_at(recorded, path);
    const std::string now = text_at(repeated, path);
    if (before != now) reasons.push_back(fmt::format("another {}: {} then, {} now", what, before, now));
  }
  return reasons;
}

}  // namespace agsweep
