#include "data/csv_reader.hpp"

#include <algorithm>
#include <utility>  // std::move

#include "base/error.hpp"

namespace agsweep {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string_view without_blank_end(std::string_view content) {
  const std::size_t last = content.find_last_not_of("\r\n");
  return content.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

}  // namespace

CsvReader::CsvReader(std::string_view content, std::string name, std::size_t min_columns)
    : content_(content), name_(std::move(name)), columns_(min_columns) {
  if (content_.starts_with(byte_order_mark)) content_.remove_prefix(byte_order_mark.size());
  content_ = without_blank_end(content_);
  if (content_.empty()) throw DataError("{}: the file is empty", name_);
}

void CsvReader::fail(std::string_view what) const { throw DataError("{}:{}: {}", name_, record_line_, what); }

bool CsvReader::take_record_end() {
  if (position_ == content_.size()) return true;
  if (content_.substr(position_).starts_with("\r\n")) ++position_;
  if (content_[position_] != '\n') return false;
  ++position_;
  ++line_;
  return true;
}

CsvReader::After CsvReader::read_quoted(std::string& field) {
  ++position_;
  for (;;) {
    const std::size_t quote = content_.find('"', position_);
    if (quote == std::string_view::npos) fail("a quoted field is not closed before the end of the file");
    const std::string_view part = content_.substr(position_, quote - position_);
    field += part;
    line_ += static_cast<std::size_t>(std::count(part.begin(), part.end(), '\n'));
    position_ = quote + 1;
    if (position_ == content_.size() || content_[position_] != '"') break;
    field += '"';
    ++position_;
  }
  if (take_record_end()) return After::record;
  if (content_[position_] != ',') fail("a closing quote is followed by neither a comma nor the end of the line");
  ++position_;
  return After::field;
}

CsvReader::After CsvReader::read_plain(std::string& field) {
  while (!take_record_end()) {
    const char c = content_[position_++];
    if (c == ',') return After::field;
    if (c == '"') fail("a quote stands inside a field that is not quoted");
    field += c;
  }
  return After::record;
}

CsvReader::After CsvReader::read_field(std::string& field) {
  field.clear();
  return position_ < content_.size() && content_[position_] == '"' ? read_quoted(field) : read_plain(field);
}

bool CsvReader::next(CsvRecord& record) {
  if (position_ == content_.size()) return false;
  record_line_ = line_;
  std::size_t found = 0;
  After after = After::field;
  while (after == After::field) {
    if (found == record.fields.size()) record.fields.emplace_back();
    after = read_field(record.fields[found++]);
  }
  if (columns_known_ ? found != columns_ : found < columns_) fail(fmt::format("expected {} columns, found {}", columns_, found));
  columns_ = found;
  columns_known_ = true;
  record.fields.resize(found);
  record.line = record_line_;
  record.number = records_++;
  return true;
}

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
