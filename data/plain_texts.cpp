#include "data/plain_texts.hpp"

#include <algorithm>  // std::max_element

#include "base/error.hpp"
#include "base/file.hpp"
#include "data/csv_reader.hpp"

namespace agsweep {

PlainTexts read_line_texts(std::istream& input, const std::string& name) {
  PlainTexts read;
  for (std::string line; std::getline(input, line);) {
    read.texts.emplace_back(trimmed(line));
    read.places.push_back(fmt::format("{}:{}", name, read.texts.size()));
  }
  if (input.bad()) throw RunTimeError("cannot read {}", name);
  if (read.texts.empty()) throw DataError("{} is empty: expected a text a line", name);
  return read;
}

PlainTexts read_csv_texts(const std::filesystem::path& csv, const std::vector<int>& columns) {
  PlainTexts read;
  const std::string content = read_file(csv);
  CsvReader reader(content, csv.string(), static_cast<std::size_t>(*std::max_element(columns.begin(), columns.end())));
  for (CsvRecord record; reader.next(record);) {
    read.texts.push_back(record_text(record, columns));
    read.places.push_back(fmt::format("{}:{}", csv.string(), record.line));
  }
  return read;
}

Split tokenised(const PlainTexts& texts, const Tokenizer& tokenizer, std::int64_t max_length) {
  Split split;
  split.offsets.push_back(0);
  Tokenizer::Encoder encoder(tokenizer);
  for (std::size_t i = 0; i < texts.texts.size(); ++i) {
    encoder.encode(texts.texts[i], static_cast<std::size_t>(max_length), split.tokens);
    if (split.tokens.size() == split.offsets.back()) throw DataError("{}: a text without tokens", texts.places[i]);
    split.offsets.push_back(split.tokens.size());
  }
  split.labels.resize(texts.texts.size());
  split.source_rows.resize(texts.texts.size());
  return split;
}

}  // namespace agsweep
