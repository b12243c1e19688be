#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace agsweep {

/// Text from outside (CSV, lists, TOML, JSON, standard input), whichever editor wrote it: without the byte order mark that UTF-8 may have.
/// Bytes that are no UTF-8 stay as they are; who reads them decides.
/// @param name  of the file, for errors
/// @throws DataError for UTF-16 and UTF-32, known by a byte order mark, or by zeros as every other byte of the first two characters or of
/// most of the first 32
std::string_view utf8_text(std::string_view bytes, std::string_view name);

/// For text whose lines are told apart. @throws DataError where each ends in a carriage return alone: all of it would be one line
void require_line_feeds(std::string_view text, std::string_view name);

/// The whole file as such a text. @throws DataError when it is missing, cannot be read or is UTF-16 or UTF-32
std::string read_text(const std::filesystem::path& path);

}  // namespace agsweep
