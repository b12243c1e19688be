#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace agsweep {

/// GPT-2's byte pair encoding: the token of each byte, and the pairs of tokens that join, best first.
class Bpe {
 public:
  /// @param vocabulary_json  {"token": id, ...}, ids 0 .. n - 1, n at most 65,536; bytes are spelt in GPT-2's printable alphabet
  /// @param merges           lines "left right", best first, with or without a #version line at the top
  /// @param vocabulary_name, merges_name  the files' names, for errors
  /// @throws DataError
  Bpe(std::string_view vocabulary_json, const std::string& vocabulary_name, std::string_view merges, const std::string& merges_name);

  std::size_t vocabulary_size() const { return vocabulary_size_; }

  /// Working memory of encode_word, kept between calls to save allocations.
  struct Scratch {
    struct Symbol {
      std::uint16_t token;
      bool joined;  // into the symbol on its left
      std::uint32_t previous;
      std::uint32_t next;
    };
    struct Candidate {
      std::uint32_t rank;
      std::uint32_t position;  // of the left symbol
      std::uint16_t left;
      std::uint16_t right;
    };
    std::vector<Symbol> symbols;
    std::vector<Candidate> heap;
  };

  /// Appends the tokens of one word. O(n log n) for n bytes. @throws DataError when the word has 4 GiB or more
  void encode_word(std::string_view word, Scratch& scratch, std::vector<std::uint16_t>& tokens) const;

 private:
  struct Merge {
    std::uint16_t left;
    std::uint16_t right;
    std::uint32_t rank = no_rank;
    std::uint16_t token;  // what the pair becomes
  };
  static constexpr std::uint32_t no_rank = std::numeric_limits<std::uint32_t>::max();
  /// The slot of the pair, or the empty one where it would stand.
  std::size_t slot_of(std::uint16_t left, std::uint16_t right) const;
  void push_candidate(Scratch& scratch, std::uint32_t position) const;

  std::size_t vocabulary_size_ = 0;
  std::array<std::uint16_t, 256> byte_tokens_{};
  // Open addressing with linear probing, a power of two of slots, at most half of them taken: look-ups in a
  // std::unordered_map took a third of the time of encoding.
  std::vector<Merge> merges_;
};

}  // namespace agsweep
