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
  interval,   // half of an interval around the column before: ± and 4 decimals
  count,      // a large number, rounded, in groups of three digits
};

struct Column {
  std::string name;  // for programs, terminals and --columns
  Digits digits = Digits::parameter;
  std::string label = {};  // for papers, with its unit; empty: paper_label(name)
};

using Cell = std::optional<ParameterValue>;  // nullopt: blank

/// Rows with a name above each column; the formats of `agsweep aggregate`.
struct DataTable {
  std::vector<Column> columns = {};
  std::vector<std::vector<Cell>> rows = {};  // as many cells as there are columns
};

/// A large number, rounded, in groups of three digits: "1,234,567".
std::string grouped_text(double number);

/// Comma-separated with a header, quoted as RFC 4180 has it, a line feed after each row.
std::string csv_text(const DataTable& table);

/// Aligned columns under the caption, for a terminal; line breaks in a cell become spaces. An empty caption is left out, as below.
std::string plain_text(const DataTable& table, const std::string& caption);

/// A column's name as a paper has it: "Learning rate" for lr; of a name that is not known, its words.
std::string paper_label(const std::string& name);

/// The columns of these names, in their order; names that the table does not have are passed over.
DataTable with_columns(const DataTable& table, const std::vector<std::string>& names);

/// A table of GitHub's Markdown after the caption, with labels above it; characters that would mean something are escaped.
std::string markdown_text(const DataTable& table, const std::string& caption);

/// A table environment of LaTeX with labels above the columns, for the package booktabs alone; characters that would mean something are
/// escaped. UTF-8.
/// @param name  of its \\label: tab:NAME
std::string latex_text(const DataTable& table, const std::string& caption, const std::string& name);

}  // namespace agsweep
