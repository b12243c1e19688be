#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sweeps/space/parameter.hpp"  // ParameterValue

namespace agsweep {

/// What a column's numbers are, and so how many digits help a person: a program gets 9 significant ones in any case, and a parameter's
/// value exactly.
enum class Digits {
  parameter,  // 4 significant ones, as rates differ by powers of ten
  measured,   // 4 decimals
  seconds,    // 1 decimal
};

struct Column {
  std::string name;
  Digits digits = Digits::parameter;
};

using Cell = std::optional<ParameterValue>;  // nullopt: blank

/// Rows with a name above each column; the formats of `agsweep aggregate`.
struct DataTable {
  std::vector<Column> columns = {};
  std::vector<std::vector<Cell>> rows = {};  // as many cells as there are columns
};

/// Comma-separated with a header, quoted as RFC 4180 has it, a line feed after each row.
std::string csv_text(const DataTable& table);

/// Aligned columns under the caption, for a terminal; line breaks in a cell become spaces. An empty caption is left out, as below.
std::string plain_text(const DataTable& table, const std::string& caption);

/// A table of GitHub's Markdown after the caption; characters that would mean something are escaped.
std::string markdown_text(const DataTable& table, const std::string& caption);

/// A table environment of LaTeX that needs no package; characters that would mean something are escaped. UTF-8.
std::string latex_text(const DataTable& table, const std::string& caption);

}  // namespace agsweep
