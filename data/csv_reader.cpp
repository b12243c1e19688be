#include "data/csv_reader.hpp"

#include <algorithm>  // std::count
#include <array>
#include <charconv>  // std::from_chars
#include <utility>   // std::move

#include "base/error.hpp"
#include "base/utf8_text.hpp"  // require_line_feeds

namespace agsweep {

namespace {

std::string_view without_blank_end(std::string_view content) {
  const std::size_t last = content.find_last_not_of("\r\n");
  return content.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

std::string unquoted(std::string_view content) {
  std::string text;
  bool quoted = false;
  for (const char c : content) {
    if (c == '"') quoted = !quoted;
    if (!quoted) text += c;
  }
  return text;
}

}  // namespace

CsvReader::CsvReader(std::string_view content, std::string name, std::size_t min_columns, CsvDialect dialect)
    : content_(without_blank_end(content)), name_(std::move(name)), dialect_(dialect), columns_(min_columns) {
  if (content_.empty()) throw DataError("{}: the file is empty", name_);
  if (content.find('\n') == content.npos) require_line_feeds(dialect.quotes ? unquoted(content) : std::string(content), name_);
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
  if (content_[position_] != dialect_.delimiter) {
    fail(fmt::format("a closing quote is followed by neither {} nor the end of the line",
                     dialect_.delimiter == ',' ? "a comma" : "a delimiter"));
  }
  ++position_;
  return After::field;
}

CsvReader::After CsvReader::read_plain(std::string& field) {
  const std::array<char, 4> special = {dialect_.delimiter, '\n', '\r', '"'};
  while (!take_record_end()) {
    // The first character is no line's end, but may be a carriage return within one.
    const char c = content_[position_];
    if (c == dialect_.delimiter) return ++position_, After::field;
    if (c == '"' && dialect_.quotes) fail("a quote stands inside a field that is not quoted");
    const std::size_t end =
        std::min(content_.find_first_of(std::string_view(special.data(), special.size()), position_ + 1), content_.size());
    field += content_.substr(position_, end - position_);
    position_ = end;
  }
  return After::record;
}

CsvReader::After CsvReader::read_field(std::string& field) {
  field.clear();
  const bool quoted = dialect_.quotes && position_ < content_.size() && content_[position_] == '"';
  return quoted ? read_quoted(field) : read_plain(field);
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

std::optional<double> number_in(std::string_view text) {
  if (text.find_first_not_of("-.0123456789eE") != std::string_view::npos) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace agsweep
