#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "data/text_table.hpp"  // TextJoin
#include "data/tokenizer.hpp"

namespace agsweep {

struct LabelledText {
  std::string text;              // its columns' texts, joined, trimmed of ASCII white space
  std::uint8_t label = 0;        // 0 .. classes - 1
  std::uint32_t source_row = 0;  // the record's number in its file, from 0
  std::size_t line = 0;          // in its file, from 1
};

/// A table's texts.
struct LabelledTexts {
  std::string name;  // the file's, for errors
  std::vector<LabelledText> rows = {};
  std::size_t not_utf8 = 0;        // rows whose text is no UTF-8
  std::size_t first_not_utf8 = 0;  // the line of the first of them
};

/// A corpus before it is tokenised and split.
struct TextCorpus {
  std::vector<std::string> class_names;  // in label order
  std::string classes_from;              // where these names are from, for a person
  std::string source_sha256;             // of train.csv then test.csv, or of the generated texts
  TextJoin join = TextJoin::space;
  bool synthetic = false;
  LabelledTexts train;  // validation rows among them
  LabelledTexts test;
};

/// The tokens of texts, in their order.
struct TokenizedTexts {
  std::vector<std::vector<std::uint16_t>> tokens;  // [texts], each at most max_length
  std::vector<bool> cut;                           // [texts], whether the text has more tokens than max_length
};

/// Tokenises on `threads` threads; the result does not depend on how many.
/// @param progress  called on the calling thread now and then with the texts done; may be empty
TokenizedTexts tokenize_texts(std::span<const LabelledText> texts, const Tokenizer& tokenizer, std::size_t max_length, int threads,
                              const std::function<void(std::size_t)>& progress);

}  // namespace agsweep
