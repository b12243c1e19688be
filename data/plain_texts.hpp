#pragma once

#include <cstdint>
#include <filesystem>
#include <istream>
#include <string>
#include <vector>

#include "data/corpus.hpp"  // Split
#include "data/tokenizer.hpp"

namespace agsweep {

/// Texts to classify, without labels, and for errors where each stands: "standard input:3".
struct PlainTexts {
  std::vector<std::string> texts;  // trimmed of ASCII white space
  std::vector<std::string> places;
};

/// A text a line. @param name  of the input, for errors
/// @throws DataError for no text; RunTimeError when the input cannot be read
PlainTexts read_line_texts(std::istream& input, const std::string& name);

/// The columns (from 1) of each record, joined by a space. @throws DataError with file and line
PlainTexts read_csv_texts(const std::filesystem::path& csv, const std::vector<int>& columns);

/// As rows of label 0, each cut to max_length tokens. @throws DataError naming the place of a text without tokens
Split tokenised(const PlainTexts& texts, const Tokenizer& tokenizer, std::int64_t max_length);

}  // namespace agsweep
