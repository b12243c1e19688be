#include "data/plain_texts.hpp"

#include <algorithm>  // std::transform
#include <iterator>   // std::istreambuf_iterator

#include "base/error.hpp"
#include "base/utf8_text.hpp"
#include "data/csv_reader.hpp"  // trimmed
#include "data/utf8.hpp"

namespace agsweep {

std::vector<std::string> read_line_texts(std::istream& input, const std::string& name) {
  const std::string bytes{std::istreambuf_iterator<char>(input), {}};
  if (input.bad()) throw RunTimeError("cannot read {}", name);
  std::vector<std::string> texts;
  std::string_view rest = utf8_text(bytes, name);
  require_line_feeds(rest, name);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    texts.emplace_back(trimmed(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (texts.empty()) throw DataError("{} is empty: expected a text a line", name);
  return texts;
}

std::vector<std::string> read_table_texts(const std::filesystem::path& path, const TableColumns& wanted, const TableFormat& format,
                                          TextJoin join) {
  const TextTable table = read_text_table(path, read_text(path), wanted, format);
  std::vector<std::string> texts(table.rows.size());
  std::transform(table.rows.begin(), table.rows.end(), texts.begin(), [&](const TableRow& row) { return joined_text(row.cells, join); });
  return texts;
}

TokenisedTexts tokenised(const std::vector<std::string>& texts, const Tokenizer& tokenizer, std::int64_t max_length) {
  TokenisedTexts tokenised;
  Split& split = tokenised.split;
  split.offsets.push_back(0);
  Tokenizer::Encoder encoder(tokenizer);
  std::string scratch;
  for (const std::string& text : texts) {
    if (replace_invalid_utf8(text, scratch).data() != text.data()) ++tokenised.not_utf8;
    encoder.encode(text, static_cast<std::size_t>(max_length), split.tokens);
    tokenised.blank.push_back(split.tokens.size() == split.offsets.back());
    if (!tokenised.blank.back()) split.offsets.push_back(split.tokens.size());
  }
  split.labels.resize(split.offsets.size() - 1);
  split.source_rows.resize(split.labels.size());
  return tokenised;
}

}  // namespace agsweep
