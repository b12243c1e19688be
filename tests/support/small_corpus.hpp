#pragma once

#include "data/corpus.hpp"
#include "data/tokenizer.hpp"  // gpt2_vocabulary

namespace agsweep::testing_support {

/// A split of `rows` rows of 1 .. 7 tokens, labels 0 .. 3 in turn.
inline Split small_split(std::uint32_t rows, std::uint32_t first_source_row = 0) {
  Split split;
  split.offsets.push_back(0);
  for (std::uint32_t row = 0; row < rows; ++row) {
    for (std::uint32_t i = 0; i <= row % 7; ++i) split.tokens.push_back(static_cast<std::uint16_t>((row * 997 + i * 31) % gpt2_vocabulary));
    split.offsets.push_back(split.tokens.size());
    split.labels.push_back(static_cast<std::uint8_t>(row % 4));
    split.source_rows.push_back(first_source_row + 2 * row);
  }
  return split;
}

inline Corpus small_corpus() {
  return {.info = {.class_names = {"World", "Sports", "Business", "Sci/Tech \xC3\xA9"},
                   .tokenizer_sha256 = std::string(64, 'a'),
                   .source_sha256 = std::string(64, 'b'),
                   .max_length = 128,
                   .seed = 42,
                   .synthetic = true},
          .train = small_split(300),
          .val = small_split(40, 1),
          .test = small_split(20)};
}

}  // namespace agsweep::testing_support
