#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace agsweep {

/// GPT-2's tokenizer as its files hold it.
struct TokenizerFiles {
  std::string vocabulary;        // encoder.json, which Hugging Face calls vocab.json
  std::string merges;            // vocab.bpe, or merges.txt
  std::string sha256;            // of the vocabulary, then the merges, as a run records it
  std::int64_t end_of_text = 0;  // the id of <|endoftext|>, with which batches are padded
};

/// @throws DataError for a folder that does not hold them
TokenizerFiles read_tokenizer_files(const std::filesystem::path& folder);

/// Writes vocab.json, merges.txt and tokenizer_config.json, which transformers' AutoTokenizer needs to encode as `agsweep prepare` did.
/// @param max_length  tokens that truncation=True leaves
/// @throws RunTimeError
void write_tokenizer_files(const std::filesystem::path& folder, const TokenizerFiles& tokenizer, std::int64_t max_length);

}  // namespace agsweep
