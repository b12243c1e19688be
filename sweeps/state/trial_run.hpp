#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>  // std::pair

#include <nlohmann/json.hpp>

namespace agsweep {

/// Configuration and seed as a trial's attributes in the journal name them; nullopt where none does.
/// @throws DataError for an attribute that is something else
std::optional<std::pair<std::int64_t, std::int64_t>> named_run(const std::map<std::string, nlohmann::json>& attributes);

}  // namespace agsweep
