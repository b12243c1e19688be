#include "sweeps/aggregate/data_table.hpp"

#include <algorithm>  // std::replace_if

#include <fmt/format.h>

#include "base/table.hpp"  // csv_row, text_width

namespace agsweep {

namespace {

std::string exact_cell(const Column& column, const Cell& cell) {
  if (!cell) return "";
  const auto* number = std::get_if<double>(&*cell);
  return number != nullptr && column.digits != Digits::parameter ? fmt::format("{:.9g}", *number) : value_text(*cell);
}

std::string short_number(Digits digits, double number) {
  switch (digits) {
    case Digits::measured:
      return fmt::format("{:.4f}", number);
    case Digits::seconds:
      return fmt::format("{:.1f}", number);
    case Digits::parameter:
      break;
  }
  return fmt::format("{:.4g}", number);
}

/// For a person, in one line.
std::string short_cell(const Column& column, const Cell& cell) {
  if (!cell) return "";
  if (const auto* number = std::get_if<double>(&*cell)) return short_number(column.digits, *number);
  std::string text = value_text(*cell);
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7F; }, ' ');
  return text;
}

std::vector<std::string> names_of(const DataTable& table) {
  std::vector<std::string> names;
  for (const Column& column : table.columns) names.push_back(column.name);
  return names;
}

std::vector<std::string> short_row(const DataTable& table, const std::vector<Cell>& row) {
  std::vector<std::string> cells;
  for (std::size_t i = 0; i < row.size(); ++i) cells.push_back(short_cell(table.columns[i], row[i]));
  return cells;
}

std::string markdown_escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (std::string_view(R"(\`*_[]<>|~&#!$)").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string latex_escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '\\':
        escaped += "\\textbackslash{}";
        break;
      case '~':
        escaped += "\\textasciitilde{}";
        break;
      case '^':
        escaped += "\\textasciicircum{}";
        break;
      case '<':
        escaped += "\\textless{}";
        break;
      case '>':
        escaped += "\\textgreater{}";
        break;
      case '|':
        escaped += "\\textbar{}";
        break;
      case '[':  // after a row's end it would begin an argument
        escaped += "{[}";
        break;
      case '&':
      case '%':
      case '$':
      case '#':
      case '_':
      case '{':
      case '}':
        escaped += '\\';
        [[fallthrough]];
      default:
        escaped += c;
    }
  }
  return escaped;
}

}  // namespace

std::string csv_text(const DataTable& table) {
  std::string text = csv_row(names_of(table));
  for (const std::vector<Cell>& row : table.rows) {
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < row.size(); ++i) cells.push_back(exact_cell(table.columns[i], row[i]));
    text += csv_row(cells);
  }
  return text;
}

std::string plain_text(const DataTable& table, const std::string& caption) {
  Table lines(names_of(table));
  for (const std::vector<Cell>& row : table.rows) lines.add(short_row(table, row));
  return caption.empty() ? lines.text() : fmt::format("{}\n{}", caption, lines.text());
}

std::string markdown_text(const DataTable& table, const std::string& caption) {
  std::string text = caption.empty() ? "" : fmt::format("{}\n\n", markdown_escaped(caption));
  const auto add = [&](const std::vector<std::string>& cells) {
    text += '|';
    for (const std::string& cell : cells) text += fmt::format(" {} |", markdown_escaped(cell));
    text += '\n';
  };
  add(names_of(table));
  text += '|';
  for (std::size_t i = 0; i < table.columns.size(); ++i) text += i == 0 ? " :-- |" : " --: |";
  text += '\n';
  for (const std::vector<Cell>& row : table.rows) add(short_row(table, row));
  return text;
}

std::string latex_text(const DataTable& table, const std::string& caption) {
  std::string text = "\\begin{table}\n\\centering\n";
  if (!caption.empty()) text += fmt::format("\\caption{{{}}}\n", latex_escaped(caption));
  text += fmt::format("\\begin{{tabular}}{{{:r<{}}}}\n\\hline\n", "l", table.columns.size());
  const auto add = [&](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) text += (i > 0 ? " & " : "") + latex_escaped(cells[i]);
    text += " \\\\\n";
  };
  add(names_of(table));
  text += "\\hline\n";
  for (const std::vector<Cell>& row : table.rows) add(short_row(table, row));
  return text + "\\hline\n\\end{tabular}\n\\end{table}\n";
}

}  // namespace agsweep
