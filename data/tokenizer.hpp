#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace agsweep {

/// Tokens of GPT-2's published vocabulary.
inline constexpr std::int64_t gpt2_vocabulary = 50257;

/// GPT-2's byte-level BPE, token for token what Hugging Face tokenizers gives. "<|endoftext|>" in a text is plain text.
/// Encoding is const and safe from several threads; each thread should hold its own Encoder for its word cache.
class Tokenizer {
 public:
  /// Reads encoder.json and vocab.bpe (or vocab.json and merges.txt) in `folder`. @throws DataError
  explicit Tokenizer(const std::filesystem::path& folder);
  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;

  std::size_t vocabulary_size() const;  // gpt2_vocabulary for the published files
  /// SHA-256 of encoder.json then vocab.bpe.
  const std::string& sha256() const;

  class Encoder;

 private:
  struct Tables;
  std::shared_ptr<const Tables> tables_;
};

/// One thread's encoder: compiled pattern's scratch space and word cache.
class Tokenizer::Encoder {
 public:
  explicit Encoder(const Tokenizer& tokenizer);
  ~Encoder();
  /// Appends the tokens of `text`; invalid UTF-8 counts as U+FFFD, as Python's errors="replace". At most `max_tokens` are appended.
  void encode(std::string_view text, std::size_t max_tokens, std::vector<std::uint16_t>& tokens);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace agsweep
