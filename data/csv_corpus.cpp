#include "data/csv_corpus.hpp"

#include <algorithm>  // std::ranges::find

#include <fmt/ranges.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sha256.hpp"
#include "base/utf8_text.hpp"
#include "data/class_names.hpp"
#include "data/csv_reader.hpp"  // trimmed
#include "data/utf8.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

/// DIR/train.csv, or the .tsv. @throws DataError where both stand there
fs::path table_path(const fs::path& folder, const std::string& name) {
  fs::path csv = folder / (name + ".csv"), tsv = folder / (name + ".tsv");
  if (!fs::exists(tsv)) return csv;
  if (fs::exists(csv)) throw DataError("{}: {}.tsv stands beside it; which is it?", csv.string(), name);
  return tsv;
}

/// Reads a table, with class cells that are names.
TextTable read_table(const fs::path& path, std::string_view bytes, const CsvSource& source, std::span<const std::string> known) {
  const TableColumns wanted{.columns = source.columns, .with_class = true, .option = "--columns", .known_classes = known};
  TextTable table = read_text_table(path, utf8_text(bytes, path.string()), wanted, source.format);
  for (TableRow& row : table.rows) {
    std::string& cell = row.cells.front();
    cell = std::string(trimmed(cell));
    require_class_name(cell, table.name, row.line);
  }
  return table;
}

/// What the class column holds, and where each stands first.
std::map<std::string, std::size_t> first_lines(const TextTable& table) {
  std::map<std::string, std::size_t> lines;
  for (const TableRow& row : table.rows) lines.try_emplace(row.cells.front(), row.line);
  return lines;
}

[[noreturn]] void refuse_class(const TextTable& table, const TableRow& row, const ClassNames& classes) {
  std::string known = fmt::format("{:.300}", fmt::format("{}", fmt::join(classes.names, ", ")));
  const bool has_name_1 = std::ranges::find(classes.names, "1") != classes.names.end();
  if (classes.label_of.contains("1") && !has_name_1) known += fmt::format(", or 1 to {}", classes.names.size());
  throw DataError("{}:{}: class \"{}\" is none of those of {}: {}", table.name, row.line, row.cells.front(), classes.origin, known);
}

/// Texts and labels of a table, and how many texts are no UTF-8.
LabelledTexts labelled(TextTable&& table, const ClassNames& classes, TextJoin join) {
  LabelledTexts texts{.name = table.name};
  std::string scratch;
  texts.rows.reserve(table.rows.size());
  for (TableRow& row : table.rows) {
    const auto label = classes.label_of.find(row.cells.front());
    if (label == classes.label_of.end()) refuse_class(table, row, classes);
    LabelledText text{
        .text = joined_text(std::span(row.cells).subspan(1), join), .label = label->second, .source_row = row.number, .line = row.line};
    row.cells = {};
    if (replace_invalid_utf8(text.text, scratch).data() != text.text.data() && texts.not_utf8++ == 0) texts.first_not_utf8 = row.line;
    texts.rows.push_back(std::move(text));
  }
  return texts;
}

}  // namespace

TextCorpus read_csv_corpus(const CsvSource& source) {
  if (source.columns.size() < 2) throw UsageError("--columns: {} is not CLASS,TEXT[,TEXT]", fmt::join(source.columns, ","));
  const fs::path train_path = table_path(source.folder, "train"), test_path = table_path(source.folder, "test");
  const std::string train_bytes = read_file(train_path);
  const std::string test_bytes = read_file(test_path);

  const fs::path names_path = source.folder / "classes.txt";
  ClassNames classes;
  if (fs::symlink_status(names_path).type() != fs::file_type::not_found) classes = read_class_names(names_path);
  TextTable train = read_table(train_path, train_bytes, source, classes.names);
  if (classes.names.empty()) classes = occurring_classes(first_lines(train), train.name);
  TextTable test = read_table(test_path, test_bytes, source, classes.names);

  return {.class_names = classes.names,
          .classes_from = classes.origin,
          .source_sha256 = Sha256().update(std::as_bytes(std::span(train_bytes))).update(std::as_bytes(std::span(test_bytes))).hex(),
          .join = source.join,
          .synthetic = false,
          .train = labelled(std::move(train), classes, source.join),
          .test = labelled(std::move(test), classes, source.join)};
}

}  // namespace agsweep
