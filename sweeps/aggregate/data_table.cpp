#include "sweeps/aggregate/data_table.hpp"

#include <algorithm>  // std::any_of, std::find_if, std::replace, std::replace_if
#include <array>
#include <utility>  // std::pair

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
    case Digits::interval:
      return fmt::format("± {:.4f}", number);
    case Digits::count:
      return grouped_text(number);
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

std::string markdown_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (std::string_view(R"(\`*_[]<>|~&#!$)").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string_view latex_sign(char c) {
  switch (c) {
    case '\\':
      return "\\textbackslash{}";
    case '~':
      return "\\textasciitilde{}";
    case '^':
      return "\\textasciicircum{}";
    case '<':
      return "\\textless{}";
    case '>':
      return "\\textgreater{}";
    case '|':
      return "\\textbar{}";
    case '[':  // after a row's end it would begin an argument
      return "{[}";
    case '&':
      return "\\&";
    case '%':
      return "\\%";
    case '$':
      return "\\$";
    case '#':
      return "\\#";
    case '_':
      return "\\_";
    case '{':
      return "\\{";
    case '}':
      return "\\}";
    default:
      return {};
  }
}

std::string latex_escaped(std::string_view text) {
  constexpr std::string_view plus_minus = "±";
  std::string escaped;
  while (!text.empty()) {
    if (text.starts_with(plus_minus)) {
      escaped += "$\\pm$";
      text.remove_prefix(plus_minus.size());
      continue;
    }
    const std::string_view sign = latex_sign(text.front());
    escaped += sign.empty() ? text.substr(0, 1) : sign;
    text.remove_prefix(1);
  }
  return escaped;
}

/// 1.235e-05 as 1.235e-5, or for LaTeX as a power of ten.
std::string exponent_cell(const std::string& number, bool latex) {
  const std::size_t e = number.find('e');
  if (e == std::string::npos) return number;
  const int exponent = std::stoi(number.substr(e + 1));
  const std::string mantissa = number.substr(0, e);
  if (!latex) return fmt::format("{}e{}", mantissa, exponent);
  return mantissa == "1" ? fmt::format("$10^{{{}}}$", exponent) : fmt::format("${}\\times10^{{{}}}$", mantissa, exponent);
}

/// Escaped, for a paper.
std::string paper_cell(const Column& column, const Cell& cell, bool latex) {
  const std::string text = short_cell(column, cell);
  const bool number = cell && std::holds_alternative<double>(*cell) && column.digits == Digits::parameter;
  if (number) return exponent_cell(text, latex);
  return latex ? latex_escaped(text) : markdown_escaped(text);
}

bool is_text(const DataTable& table, std::size_t column) {
  return std::any_of(table.rows.begin(), table.rows.end(),
                     [column](const std::vector<Cell>& row) { return row[column] && std::holds_alternative<std::string>(*row[column]); });
}

std::string label_of(const Column& column) { return column.label.empty() ? paper_label(column.name) : column.label; }

}  // namespace

std::string grouped_text(double number) {
  const std::string digits = fmt::format("{:.0f}", number);
  std::string grouped;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const bool inside = i > 0 && digits[i - 1] != '-';
    if (inside && (digits.size() - i) % 3 == 0) grouped += ',';
    grouped += digits[i];
  }
  return grouped;
}

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

std::string paper_label(const std::string& name) {
  static constexpr auto labels = std::to_array<std::pair<std::string_view, std::string_view>>({
      {"batch_size", "Batch size (rows)"},
      {"best_epoch", "Best epoch"},
      {"clip_norm", "Clipping norm"},
      {"config_hash", "Configuration"},
      {"d_model", "Width"},
      {"ffn", "FFN width"},
      {"high_95", "97.5 %"},
      {"lora_alpha", "LoRA alpha"},
      {"lora_dropout", "LoRA dropout"},
      {"lora_rank", "LoRA rank"},
      {"lora_targets", "LoRA targets"},
      {"low_95", "2.5 %"},
      {"lr", "Learning rate"},
      {"memory", "Peak memory (bytes)"},
      {"parameter", "Hyperparameter"},
      {"parameters", "Trained parameters"},
      {"rows_95", "95 % over rows"},
      {"seconds", "Time (s)"},
      {"seeds_95", "95 % over seeds"},
      {"share", "Share of variance"},
      {"warmup_steps", "Warm-up (steps)"},
      {"weight_decay", "Weight decay"},
  });
  for (const auto& [known, label] : labels) {
    if (known == name) return std::string(label);
  }
  std::string words = name;
  std::replace(words.begin(), words.end(), '_', ' ');
  if (!words.empty() && words[0] >= 'a' && words[0] <= 'z') words[0] = static_cast<char>(words[0] - 'a' + 'A');
  return words;
}

DataTable with_columns(const DataTable& table, const std::vector<std::string>& names) {
  std::vector<std::size_t> places;
  for (const std::string& name : names) {
    const auto found = std::find_if(table.columns.begin(), table.columns.end(), [&](const Column& column) { return column.name == name; });
    if (found != table.columns.end()) places.push_back(static_cast<std::size_t>(found - table.columns.begin()));
  }
  DataTable chosen;
  for (const std::size_t place : places) chosen.columns.push_back(table.columns[place]);
  for (const std::vector<Cell>& row : table.rows) {
    std::vector<Cell>& cells = chosen.rows.emplace_back();
    for (const std::size_t place : places) cells.push_back(row[place]);
  }
  return chosen;
}

std::string markdown_text(const DataTable& table, const std::string& caption) {
  std::string text = caption.empty() ? "" : fmt::format("{}\n\n", markdown_escaped(caption));
  std::string header = "|", rule = "|";
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    header += fmt::format(" {} |", markdown_escaped(label_of(table.columns[i])));
    rule += is_text(table, i) ? " :-- |" : " --: |";
  }
  text += fmt::format("{}\n{}\n", header, rule);
  for (const std::vector<Cell>& row : table.rows) {
    text += '|';
    for (std::size_t i = 0; i < row.size(); ++i) text += fmt::format(" {} |", paper_cell(table.columns[i], row[i], false));
    text += '\n';
  }
  return text;
}

std::string latex_text(const DataTable& table, const std::string& caption, const std::string& name) {
  std::string text = "\\begin{table}\n\\centering\n";
  if (!caption.empty()) text += fmt::format("\\caption{{{}}}\n", latex_escaped(caption));
  text += fmt::format("\\label{{tab:{}}}\n\\begin{{tabular}}{{", name);
  std::string header;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    text += is_text(table, i) ? 'l' : 'r';
    header += (i > 0 ? " & " : "") + latex_escaped(label_of(table.columns[i]));
  }
  text += fmt::format("}}\n\\toprule\n{} \\\\\n\\midrule\n", header);
  for (const std::vector<Cell>& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) text += (i > 0 ? " & " : "") + paper_cell(table.columns[i], row[i], true);
    text += " \\\\\n";
  }
  return text + "\\bottomrule\n\\end{tabular}\n\\end{table}\n";
}

}  // namespace agsweep
