#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum_words.hpp"

namespace agsweep {

/// What stands between the texts of a record that has several.
enum class TextJoin { space, newline };
template <>
inline constexpr auto enum_words<TextJoin> = std::to_array<std::string_view>({"space", "newline"});

/// Columns of a table: all by number, from 1, or all by name; then the table's first line is a header that has these names.
using Columns = std::vector<std::string>;

/// How a table of texts is written.
struct TableFormat {
  std::optional<char> delimiter;  // none: a tab in a file called .tsv, else a comma
  bool quotes = true;             // false: a double quote is a character like any other
};

/// What of a table is read.
struct TableColumns {
  Columns columns;                                  // the class's, where one is read, then those of the texts
  bool with_class = true;                           // the first of them is the class's
  std::string_view option = "--columns";            // which gave them, for errors
  std::span<const std::string> known_classes = {};  // what the class column may hold, where it is not read
};

struct TableRow {
  std::vector<std::string> cells;  // of the columns asked for, in that order
  std::uint32_t number = 0;        // records from 0, a header not counted
  std::size_t line = 0;            // in the file, from 1
};

struct TextTable {
  std::string name;  // the file's, for errors
  bool has_header = false;
  std::vector<TableRow> rows;
};

/// Reads a table whole.
///
/// Where columns have numbers, a first line that looks like a header is an error: all others have a number or a known class where it has
/// none, over each text stands a word like "title" and nowhere below, or its class has no other row than copies of it.
/// @param content  the file's, as utf8_text() gives it
/// @throws DataError with file and line
TextTable read_text_table(const std::filesystem::path& path, std::string_view content, const TableColumns& wanted,
                          const TableFormat& format);

/// What a model reads of a record: its texts, joined and trimmed of ASCII white space.
std::string joined_text(std::span<const std::string> texts, TextJoin join);

/// A whole number from 0, in digits alone.
bool is_digits(std::string_view text);

}  // namespace agsweep
