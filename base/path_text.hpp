#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace agsweep {

// A path may hold any bytes but 0, text in TOML and JSON is UTF-8. So a path that is no UTF-8 is written as a URI: file:g%FF/gpt2.

/// A path as text that path_of_text() turns back into the same path.
std::string path_text(const std::filesystem::path& path);

/// The path of such a text, or of one that a person wrote.
std::filesystem::path path_of_text(std::string_view text);

/// The absolute path, without "." and "..", as text.
std::string absolute_path_text(const std::filesystem::path& path);

}  // namespace agsweep
