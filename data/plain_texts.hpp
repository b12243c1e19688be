#pragma once

#include <cstdint>
#include <filesystem>
#include <istream>
#include <string>
#include <vector>

#include "data/corpus.hpp"  // Split
#include "data/text_table.hpp"
#include "data/tokenizer.hpp"

namespace agsweep {

/// Texts to classify, without labels, trimmed of ASCII white space. Blank ones keep their places.
/// A text a line. @param name  of the input, for errors
/// @throws DataError for no text, UTF-16, or lines that end in carriage returns alone; RunTimeError when the input cannot be read
std::vector<std::string> read_line_texts(std::istream& input, const std::string& name);

/// A text a record of a table, its columns joined.
/// @param known_classes  the model's: a column that holds them below another word tells of a header
/// @throws DataError with file and line
std::vector<std::string> read_table_texts(const std::filesystem::path& table, const TableColumns& wanted, const TableFormat& format,
                                          TextJoin join);

/// Texts as rows of label 0, each cut to max_length tokens.
struct TokenisedTexts {
  Split split;               // those that are not blank
  std::vector<bool> blank;   // [texts]: without a token
  std::size_t not_utf8 = 0;  // texts that are no UTF-8
};
TokenisedTexts tokenised(const std::vector<std::string>& texts, const Tokenizer& tokenizer, std::int64_t max_length);

}  // namespace agsweep
