#include "data/csv_corpus.hpp"

#include <algorithm>  // std::find
#include <charconv>   // std::from_chars
#include <set>

#include <fmt/ranges.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sha256.hpp"
#include "data/csv_reader.hpp"
#include "data/utf8.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t max_classes = 256;  // labels are uint8

bool is_number(std::string_view value) { return !value.empty() && value.find_first_not_of("0123456789") == std::string_view::npos; }

/// Class names go into TOML and JSON, which take nothing else.
std::string valid_utf8(std::string_view text) {
  std::string scratch;
  return std::string(replace_invalid_utf8(text, scratch));
}

/// A record whose class is not yet a label.
struct Row {
  std::string class_value;
  LabelledText labelled;
};

struct CsvFile {
  std::string name;
  std::vector<Row> rows;
};

CsvFile read_rows(const fs::path& path, std::string_view content, const std::vector<int>& columns) {
  CsvFile file{.name = path.string(), .rows = {}};
  CsvReader reader(content, file.name, static_cast<std::size_t>(*std::max_element(columns.begin(), columns.end())));
  for (CsvRecord record; reader.next(record);) {
    const std::string& class_value = record.fields[static_cast<std::size_t>(columns[0] - 1)];
    const auto text_columns = std::span(columns).subspan(1);
    file.rows.push_back(
        {.class_value = valid_utf8(trimmed(class_value)),
         .labelled = {.text = record_text(record, text_columns), .label = 0, .source_row = record.number, .line = record.line}});
  }
  return file;
}

std::vector<std::string> read_class_names(const fs::path& path) {
  const std::string content = valid_utf8(read_file(path));
  std::vector<std::string> names;
  std::size_t line = 0;
  for (std::string_view rest = trimmed(content); !rest.empty();) {
    const std::string_view name = trimmed(rest.substr(0, rest.find('\n')));
    rest.remove_prefix(std::min(rest.size(), rest.find('\n') == std::string_view::npos ? rest.size() : rest.find('\n') + 1));
    ++line;
    if (name.empty()) throw DataError("{}:{}: a class without a name", path.string(), line);
    if (std::find(names.begin(), names.end(), name) != names.end())
      throw DataError("{}:{}: \"{}\" stands there twice", path.string(), line, name);
    names.emplace_back(name);
  }
  if (names.size() < 2 || names.size() > max_classes)
    throw DataError("{}: expected 2 to {} class names, found {}", path.string(), max_classes, names.size());
  return names;
}

/// The names where no file gives them.
std::vector<std::string> class_names_of(const CsvFile& train) {
  if (is_number(train.rows.front().class_value)) return {"World", "Sports", "Business", "Sci/Tech"};
  std::set<std::string> names;
  for (const Row& row : train.rows) {
    if (row.class_value.empty()) throw DataError("{}:{}: the class is empty", train.name, row.labelled.line);
    if (is_number(row.class_value)) {
      throw DataError("{}:{}: class {} is a number, but the first record's is \"{}\": is that a header line?", train.name,
                      row.labelled.line, row.class_value, train.rows.front().class_value);
    }
    names.insert(row.class_value);
  }
  if (names.size() < 2 || names.size() > max_classes)
    throw DataError("{}: expected 2 to {} classes, found {}", train.name, max_classes, names.size());
  return {names.begin(), names.end()};
}

std::vector<LabelledText> labelled(CsvFile file, const std::vector<std::string>& names) {
  std::vector<LabelledText> texts;
  texts.reserve(file.rows.size());
  for (Row& row : file.rows) {
    std::size_t label = names.size();
    if (is_number(row.class_value)) {
      std::size_t number = 0;
      const char* end = row.class_value.data() + row.class_value.size();
      const bool fits = std::from_chars(row.class_value.data(), end, number).ec == std::errc();
      if (fits && number >= 1 && number <= names.size()) label = number - 1;
    } else {
      label = static_cast<std::size_t>(std::find(names.begin(), names.end(), row.class_value) - names.begin());
    }
    if (label == names.size()) {
      throw DataError("{}:{}: class \"{}\" is neither in 1 .. {} nor one of {}", file.name, row.labelled.line, row.class_value,
                      names.size(), fmt::join(names, ", "));
    }
    row.labelled.label = static_cast<std::uint8_t>(label);
    texts.push_back(std::move(row.labelled));
  }
  return texts;
}

}  // namespace

TextCorpus read_csv_corpus(const fs::path& folder, const std::vector<int>& columns) {
  if (columns.size() < 2 || *std::min_element(columns.begin(), columns.end()) < 1) {
    throw UsageError("--columns: {} is not CLASS,TEXT[,TEXT], column numbers from 1", fmt::join(columns, ","));
  }
  const std::string train_bytes = read_file(folder / "train.csv");
  const std::string test_bytes = read_file(folder / "test.csv");
  CsvFile train = read_rows(folder / "train.csv", train_bytes, columns);
  CsvFile test = read_rows(folder / "test.csv", test_bytes, columns);

  const fs::path names_path = folder / "classes.txt";
  TextCorpus corpus{
      .class_names = fs::exists(names_path) ? read_class_names(names_path) : class_names_of(train),
      .source_sha256 = Sha256().update(std::as_bytes(std::span(train_bytes))).update(std::as_bytes(std::span(test_bytes))).hex(),
      .synthetic = false,
      .train_name = train.name,
      .test_name = test.name,
      .train = {},
      .test = {}};
  corpus.train = labelled(std::move(train), corpus.class_names);
  corpus.test = labelled(std::move(test), corpus.class_names);
  return corpus;
}

}  // namespace agsweep
