#pragma once

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <cstddef>
#include <memory>
#include <string_view>

namespace agsweep {

/// GPT-2's rule that cuts a text into words: contractions, letters, numbers, other signs (each with one space before), white space.
///
/// The classes of characters are Unicode 16's, as in Hugging Face tokenizers 0.23. Compiled once; shared by threads.
class Gpt2Pattern {
 public:
  /// @throws RunTimeError when PCRE2 refuses (memory)
  Gpt2Pattern();

 private:
  friend class Gpt2Words;
  std::unique_ptr<pcre2_code, decltype(&pcre2_code_free)> code_;
};

/// One thread's scratch space for matching.
class Gpt2Words {
 public:
  explicit Gpt2Words(const Gpt2Pattern& pattern);

  /// Bytes of the word that starts at `start`; the words of a text follow each other without a gap.
  /// @param text   valid UTF-8
  /// @param start  a character's first byte, below text.size()
  std::size_t word_length(std::string_view text, std::size_t start);

 private:
  const pcre2_code* code_;
  std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> match_;
};

}  // namespace agsweep
