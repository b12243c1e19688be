#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "data/text_corpus.hpp"
#include "data/tokenizer.hpp"

namespace agsweep {

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
