#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "data/tokenizer.hpp"

namespace agsweep {

struct LabelledText {
  std::string text;              // title + " " + description, trimmed of ASCII white space
  std::uint8_t label = 0;        // 0 .. classes - 1
  std::uint32_t source_row = 0;  // the record's number in its file, from 0
  std::size_t line = 0;          // in its file, from 1
};

/// A corpus before it is tokenised and split.
struct TextCorpus {
  std::vector<std::string> class_names;  // in label order
  std::string source_sha256;             // of train.csv then test.csv, or of the generated texts
  bool synthetic = false;
  std::string train_name;  // the files' names, for errors
  std::string test_name;
  std::vector<LabelledText> train;  // validation rows among them
  std::vector<LabelledText> test;
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
