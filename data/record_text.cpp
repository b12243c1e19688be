#include "data/record_text.hpp"

namespace agsweep {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view ascii_space = " \t\n\v\f\r";
  const std::size_t first = text.find_first_not_of(ascii_space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(ascii_space) - first + 1);
}

std::string record_text(const CsvRecord& record, std::span<const int> text_columns) {
  std::string text;
  for (const int column : text_columns) {
    if (column != text_columns.front()) text += ' ';
    text += record.fields[static_cast<std::size_t>(column - 1)];
  }
  return std::string(trimmed(text));
}

}  // namespace agsweep
