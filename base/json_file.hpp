#pragma once

#include <filesystem>
#include <string_view>

#include <nlohmann/json.hpp>

namespace agsweep {

/// A JSON file of ours. @throws DataError, naming the file, when it is missing or no JSON
nlohmann::json read_json(const std::filesystem::path& path);

/// A run's result.json, an object; of a version before there were seals, too.
/// @param advice  how to go on, for the error
/// @throws DataError, naming the file, when it is missing, no object, or not what its seal says
nlohmann::json read_result(const std::filesystem::path& path, std::string_view advice);

}  // namespace agsweep
