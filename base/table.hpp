#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace agsweep {

/// A table in aligned columns for a person: the first column to the left, the others (figures) to the right.
class Table {
 public:
  explicit Table(std::vector<std::string> header) { add(std::move(header)); }
  /// @param row  as many cells as the header has; control characters become spaces
  void add(std::vector<std::string> row);
  /// Header and rows, a line each, two spaces between columns.
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// A line of a CSV file with its newline; cells that need it are quoted (RFC 4180).
std::string csv_row(std::span<const std::string> cells);

/// A line of a file whose cells are parted by tabs, and which knows no quotes: control characters become spaces.
std::string tsv_row(std::span<const std::string> cells);

/// Characters of a UTF-8 text, as a terminal's columns (wide characters count once).
std::size_t text_width(std::string_view text);

/// The part of a UTF-8 text that so many columns hold, never half a character.
std::string_view cut_to_width(std::string_view text, std::size_t columns);

}  // namespace agsweep
