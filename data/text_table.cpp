#include "data/text_table.hpp"

#include <algorithm>  // std::find, std::all_of
#include <cctype>     // std::tolower, std::isalpha
#include <set>

#include <fmt/ranges.h>

#include "base/error.hpp"
#include "base/shell.hpp"  // shell_command
#include "data/csv_reader.hpp"

namespace agsweep {

namespace {

/// What headers call a column of texts or of classes.
constexpr auto header_words = std::to_array<std::string_view>(
    {"abstract", "article",  "body",    "category", "class",   "comment", "content", "description", "document", "headline",
     "index",    "label",    "message", "news",     "premise", "query",   "review",  "hypothesis",  "sentence", "sentiment",
     "subject",  "question", "summary", "text",     "title",   "topic",   "tweet",   "utterance"});

/// Whether a cell consists of such words: "Review Text", "sentence1".
bool is_header_cell(std::string_view cell) {
  std::size_t words = 0;
  std::string word;
  for (const char c : fmt::format("{} ", trimmed(cell))) {
    if (std::isalpha(static_cast<unsigned char>(c)) != 0) {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      continue;
    }
    if (std::string_view(" _-0123456789").find(c) == std::string_view::npos) return false;
    if (word.empty()) continue;
    if (std::find(header_words.begin(), header_words.end(), word) == header_words.end()) return false;
    ++words;
    word.clear();
  }
  return words > 0;
}

bool is_number(std::string_view cell) { return number_in(trimmed(cell)).has_value(); }

/// Looks for signs that the first record names the columns.
class HeaderSigns {
 public:
  HeaderSigns(const CsvRecord& first, const TableColumns& wanted, const std::vector<std::size_t>& places)
      : known_(wanted.known_classes),
        texts_(places.begin() + (wanted.with_class ? 1 : 0), places.end()),
        titled_(is_titled(first) && !(wanted.with_class && is_known(first.fields[places.front()]))) {
    for (std::size_t column = 0; column < first.fields.size(); ++column) {
      const std::string& cell = first.fields[column];
      numbered_ = numbered_ && trimmed(cell) == std::to_string(column);
      if (std::find(texts_.begin(), texts_.end(), column) != texts_.end()) continue;
      if (!is_number(cell)) otherwise_numbers_.push_back(column);
      if (!is_known(cell)) otherwise_known_.push_back(column);
    }
  }

  void add(const CsvRecord& record) {
    ++others_;
    titled_ = titled_ && !is_titled(record);
    std::erase_if(otherwise_numbers_, [&](std::size_t column) { return !is_number(record.fields[column]); });
    std::erase_if(otherwise_known_, [&](std::size_t column) { return !is_known(record.fields[column]); });
  }

  bool any() const { return titled_ || numbered_ || (others_ > 0 && (!otherwise_numbers_.empty() || !otherwise_known_.empty())); }

 private:
  bool is_titled(const CsvRecord& record) const {
    return std::all_of(texts_.begin(), texts_.end(), [&](std::size_t column) { return is_header_cell(record.fields[column]); });
  }
  bool is_known(std::string_view cell) const { return std::find(known_.begin(), known_.end(), trimmed(cell)) != known_.end(); }

  std::span<const std::string> known_;
  std::vector<std::size_t> texts_;
  std::vector<std::size_t> otherwise_numbers_;  // columns without a text where all but the first are numbers
  std::vector<std::size_t> otherwise_known_;    // and where they are known classes
  bool titled_;                                 // over each text a word that headers have, and in no other record
  bool numbered_ = true;                        // 0, 1, 2, ..: as pandas names columns
  std::size_t others_ = 0;
};

/// Whether the first row's class has no other text than its own, beside one that has: a class that is to be learnt has more.
bool stands_alone(const std::vector<TableRow>& rows, std::span<const std::string> known) {
  const std::string_view name = trimmed(rows.front().cells.front());
  if (is_number(name) || std::find(known.begin(), known.end(), name) != known.end()) return false;
  std::set<std::string_view> others;
  bool another_has_more = false;
  for (const TableRow& row : rows) {
    const std::string_view of_row = trimmed(row.cells.front());
    if (of_row == name && row.cells != rows.front().cells) return false;
    if (of_row != name && !others.insert(of_row).second) another_has_more = true;
  }
  return another_has_more;
}

bool by_name(const Columns& columns) { return !is_digits(columns.front()); }

/// Where the columns stand, from 0.
std::vector<std::size_t> numbered_places(const Columns& columns) {
  std::vector<std::size_t> places;
  for (const std::string& column : columns) places.push_back(std::stoul(column) - 1);
  return places;
}

std::vector<std::size_t> named_places(const Columns& columns, const CsvRecord& header, const std::string& name) {
  std::vector<std::string_view> names(header.fields.begin(), header.fields.end());
  for (std::string_view& each : names) each = trimmed(each);
  std::vector<std::size_t> places;
  for (const std::string& column : columns) {
    const auto found = std::find(names.begin(), names.end(), column);
    if (found == names.end()) {
      throw DataError("{}:{}: no column is called \"{}\"; the first line has {}", name, header.line, column, fmt::join(names, ", "));
    }
    if (std::find(found + 1, names.end(), column) != names.end()) {
      throw DataError("{}:{}: two columns are called \"{}\"; give their numbers, and take the line away", name, header.line, column);
    }
    places.push_back(static_cast<std::size_t>(found - names.begin()));
  }
  return places;
}

std::size_t least_columns(const Columns& columns) {
  if (by_name(columns)) return 1;
  const auto places = numbered_places(columns);
  return *std::max_element(places.begin(), places.end()) + 1;
}

/// Whether columns can be named by a header's cells.
bool can_be_names(const std::vector<std::string>& cells) {
  const auto cannot = [&](const std::string& cell) {
    return cell.empty() || is_digits(cell) || cell.find(',') != cell.npos || std::ranges::count(cells, cell) > 1;
  };
  return std::ranges::none_of(cells, cannot);
}

[[noreturn]] void suspect_header(const TextTable& table, const TableColumns& wanted) {
  const TableRow& first = table.rows.front();
  if (!can_be_names(first.cells)) {
    throw DataError(
        "{}:{}: this looks like a header line, whose cells cannot name columns; if it is, take it away; if not, put one above it",
        table.name, first.line);
  }
  throw DataError("{}:{}: this looks like a header line; if it is, name the columns by it: {}; if not, put one above it", table.name,
                  first.line, shell_command({std::string(wanted.option), fmt::format("{}", fmt::join(first.cells, ","))}));
}

}  // namespace

TextTable read_text_table(const std::filesystem::path& path, std::string_view content, const TableColumns& wanted,
                          const TableFormat& format) {
  TextTable table{.name = path.string(), .has_header = by_name(wanted.columns), .rows = {}};
  const char usual = path.extension() == ".tsv" ? '\t' : ',';
  CsvReader reader(content, table.name, least_columns(wanted.columns),
                   {.delimiter = format.delimiter.value_or(usual), .quotes = format.quotes});
  CsvRecord record;
  CsvRecord header;
  if (table.has_header) reader.next(header);
  const std::vector<std::size_t> places =
      table.has_header ? named_places(wanted.columns, header, table.name) : numbered_places(wanted.columns);
  std::optional<HeaderSigns> signs;
  while (reader.next(record)) {
    if (table.has_header) {
      if (record.fields == header.fields) throw DataError("{}:{}: the header line stands here again", table.name, record.line);
    } else if (signs) {
      signs->add(record);
    } else {
      signs.emplace(record, wanted, places);
    }
    TableRow row{.cells = {}, .number = record.number - (table.has_header ? 1 : 0), .line = record.line};
    for (const std::size_t place : places) row.cells.push_back(std::move(record.fields[place]));
    table.rows.push_back(std::move(row));
  }
  if (table.rows.empty()) throw DataError("{}: a header line, and no row", table.name);
  if (signs && (signs->any() || (wanted.with_class && stands_alone(table.rows, wanted.known_classes)))) suspect_header(table, wanted);
  return table;
}

std::string joined_text(std::span<const std::string> texts, TextJoin join) {
  return std::string(trimmed(fmt::format("{}", fmt::join(texts, join == TextJoin::space ? " " : "\n"))));
}

bool is_digits(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos; }

}  // namespace agsweep
