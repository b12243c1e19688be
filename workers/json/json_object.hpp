#pragma once

#include <filesystem>
#include <string_view>

#include "base/json.hpp"

namespace agsweep {

/// JSON from outside whose top is an object, parsed. No object in it has two entries of one key, and nothing is nested deeper than 64
/// levels, so that what the JSON library does by recursion cannot exhaust the stack.
/// @throws DataError with the rule that `text` breaks (the caller adds the file's name)
nlohmann::json parse_json_object(std::string_view text);

/// The whole of a small JSON file as text.
/// @throws DataError naming the file: missing, no regular file, above 16 MiB
std::string read_json_text(const std::filesystem::path& path);

/// A value as an error message shows it: a number or word as it stands, a text without its quotes, else what it is ("an array").
std::string shown(const nlohmann::json& value);

}  // namespace agsweep
