#pragma once

#include <array>
#include <cstdint>
#include <functional>  // std::hash
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
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

  Bpe(Bpe&&) = default;  // a copy's views would be into the original

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
    std::vector<std::uint16_t> tokens;
  };

  /// Appends the tokens of one word: all of them, or of a word above a megabyte the first max_tokens alone, whose time and memory do not
  /// grow with the rest of it. O(n log n) for n bytes otherwise. @throws DataError when the word has 4 GiB or more
  void encode_word(std::string_view word, std::size_t max_tokens, Scratch& scratch, std::vector<std::uint16_t>& tokens) const;

 private:
  struct Merge {
    std::uint16_t left;
    std::uint16_t right;
    std::uint32_t rank = no_rank;
    std::uint16_t token;  // what the pair becomes
  };
  static constexpr std::uint32_t no_rank = std::numeric_limits<std::uint32_t>::max();
  void encode_whole(std::string_view word, Scratch& scratch, std::vector<std::uint16_t>& tokens) const;
  void encode_front(std::string_view word, std::size_t max_tokens, Scratch& scratch, std::vector<std::uint16_t>& tokens) const;
  bool encodes_as(std::string_view bytes, std::span<const std::uint16_t> expected, Scratch& scratch) const;
  /// The slot of the pair, or the empty one where it would stand.
  std::size_t slot_of(std::uint16_t left, std::uint16_t right) const;
  void push_candidate(Scratch& scratch, std::uint32_t position) const;

  std::size_t vocabulary_size_ = 0;
  std::array<std::uint16_t, 256> byte_tokens_{};
  // Open addressing with linear probing, a power of two of slots, at most half of them taken: look-ups in a
  // std::unordered_map took a third of the time of encoding.
  std::vector<Merge> merges_;
  struct BytesHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view bytes) const { return std::hash<std::string_view>{}(bytes); }
  };
  std::vector<std::string> bytes_of_;  // [vocabulary]; empty: a token that no text has
  std::unordered_map<std::string_view, std::uint16_t, BytesHash, std::equal_to<>> token_of_;  // into bytes_of_
  std::size_t longest_token_ = 1;                                                             // bytes
};

}  // namespace agsweep
