#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>  // std::pair

#include "base/json.hpp"

namespace agsweep {

/// An attribute's value, or an entry of it. @throws DataError that names the attribute where it is something else
std::int64_t whole_number(const nlohmann::json& value, std::string_view attribute);
std::int64_t whole_number_in(const nlohmann::json& value, const char* entry, std::string_view attribute);

/// Configuration and seed as a trial's attributes in the journal name them; nullopt where none does.
/// @throws DataError for an attribute that is something else
std::optional<std::pair<std::int64_t, std::int64_t>> named_run(const std::map<std::string, nlohmann::json>& attributes);

}  // namespace agsweep
