#include "orchestrator/export/tokenizer_files.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sha256.hpp"
#include "base/utf8_text.hpp"
#include "workers/json/json_object.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

constexpr const char* end_of_text = "<|endoftext|>";

fs::path either(const fs::path& folder, const char* openai, const char* hugging_face) {
  for (const char* name : {openai, hugging_face}) {
    if (fs::exists(folder / name)) return folder / name;
  }
  throw DataError("{}: holds neither {} nor {}; name GPT-2's tokenizer by --tokenizer", folder.string(), openai, hugging_face);
}

std::int64_t end_of_text_id(const std::string& vocabulary, const fs::path& path) try {
  const nlohmann::json ids = parse_json_object(vocabulary);
  if (const auto id = ids.find(end_of_text); id != ids.end() && id->is_number_unsigned()) return id->get<std::int64_t>();
  throw DataError("no token {}", end_of_text);
} catch (const DataError& error) {
  throw DataError("{}: {:.400}", path.string(), error.what());
}

std::string config_text(std::int64_t max_length) {
  nlohmann::ordered_json config;
  config["tokenizer_class"] = "GPT2Tokenizer";
  config["model_max_length"] = max_length;
  config["add_prefix_space"] = false;
  config["padding_side"] = "right";
  config["truncation_side"] = "right";
  for (const char* token : {"bos_token", "eos_token", "unk_token", "pad_token"}) config[token] = end_of_text;
  config["split_special_tokens"] = true;  // in a text it is plain text
  return config.dump(2) + "\n";
}

}  // namespace

TokenizerFiles read_tokenizer_files(const fs::path& folder) {
  const fs::path vocabulary_path = either(folder, "encoder.json", "vocab.json");
  TokenizerFiles files{
      .vocabulary = read_file(vocabulary_path), .merges = read_file(either(folder, "vocab.bpe", "merges.txt")), .sha256 = {}};
  files.sha256 = Sha256().update(std::as_bytes(std::span(files.vocabulary))).update(std::as_bytes(std::span(files.merges))).hex();
  for (std::string* text : {&files.vocabulary, &files.merges}) *text = std::string(utf8_text(*text, folder.string()));
  files.end_of_text = end_of_text_id(files.vocabulary, vocabulary_path);
  return files;
}

void write_tokenizer_files(const fs::path& folder, const TokenizerFiles& tokenizer, std::int64_t max_length) {
  write_file_atomically(folder / "vocab.json", tokenizer.vocabulary);
  write_file_atomically(folder / "merges.txt", tokenizer.merges);
  write_file_atomically(folder / "tokenizer_config.json", config_text(max_length));
}

}  // namespace agsweep
