#include "data/tokenizer.hpp"

#include <algorithm>  // std::copy_n
#include <array>
#include <functional>  // std::hash
#include <optional>
#include <utility>  // std::move

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sha256.hpp"
#include "data/bpe.hpp"
#include "data/gpt2_pattern.hpp"
#include "data/utf8.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

/// OpenAI's name of a file, or Hugging Face's.
fs::path either(const fs::path& folder, const char* openai, const char* hugging_face) {
  for (const char* name : {openai, hugging_face}) {
    if (fs::exists(folder / name)) return folder / name;
  }
  throw DataError("{}: holds neither {} nor {}", folder.string(), openai, hugging_face);
}

/// The tokens of words seen before: a table of fixed size in which a new word takes the place of an older one with its hash.
/// A slot is a cache line; longer words are rare and encoded each time.
class WordCache {
 public:
  WordCache() : slots_(slot_count) {}

  /// The word's tokens, if they are at hand.
  std::span<const std::uint16_t> find(std::string_view word) const {
    const Slot& slot = slots_[slot_of(word)];
    const bool same = std::string_view(slot.word.data(), slot.word_length) == word;
    return std::span(slot.tokens).first(same ? slot.token_count : 0);
  }

  void put(std::string_view word, std::span<const std::uint16_t> tokens) {
    Slot& slot = slots_[slot_of(word)];
    if (word.size() > slot.word.size() || tokens.size() > slot.tokens.size()) return;
    std::copy_n(word.data(), word.size(), slot.word.data());
    std::copy_n(tokens.data(), tokens.size(), slot.tokens.data());
    slot.word_length = static_cast<std::uint8_t>(word.size());
    slot.token_count = static_cast<std::uint8_t>(tokens.size());
  }

 private:
  struct alignas(64) Slot {
    std::array<std::uint16_t, 15> tokens;
    std::array<char, 32> word;
    std::uint8_t word_length = 0;
    std::uint8_t token_count = 0;
  };
  static constexpr std::size_t slot_count = std::size_t{1} << 17;
  static std::size_t slot_of(std::string_view word) { return std::hash<std::string_view>{}(word) % slot_count; }

  std::vector<Slot> slots_;
};

}  // namespace

struct Tokenizer::Tables {
  Bpe bpe;
  std::string sha256;
  Gpt2Pattern pattern;
};

Tokenizer::Tokenizer(const fs::path& folder) {
  const fs::path vocabulary_path = either(folder, "encoder.json", "vocab.json");
  const fs::path merges_path = either(folder, "vocab.bpe", "merges.txt");
  const std::string vocabulary = read_file(vocabulary_path);
  const std::string merges = read_file(merges_path);
  tables_ = std::make_shared<const Tables>(
      Tables{.bpe = Bpe(vocabulary, vocabulary_path.string(), merges, merges_path.string()),
             .sha256 = Sha256().update(std::as_bytes(std::span(vocabulary))).update(std::as_bytes(std::span(merges))).hex(),
             .pattern = {}});
}

Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;

std::size_t Tokenizer::vocabulary_size() const { return tables_->bpe.vocabulary_size(); }
const std::string& Tokenizer::sha256() const { return tables_->sha256; }

struct Tokenizer::Encoder::State {
  std::shared_ptr<const Tables> tables;
  Gpt2Words words;
  WordCache cache;
  Bpe::Scratch scratch;
  std::string repaired;  // a text whose invalid UTF-8 has been replaced
};

Tokenizer::Encoder::Encoder(const Tokenizer& tokenizer)
    : state_(std::make_unique<State>(State{
          .tables = tokenizer.tables_, .words = Gpt2Words(tokenizer.tables_->pattern), .cache = {}, .scratch = {}, .repaired = {}})) {}

Tokenizer::Encoder::~Encoder() = default;

void Tokenizer::Encoder::encode(std::string_view text, std::size_t max_tokens, std::vector<std::uint16_t>& tokens) {
  State& state = *state_;
  text = replace_invalid_utf8(text, state.repaired);
  const std::size_t before = tokens.size();
  for (std::size_t start = 0; start < text.size() && tokens.size() - before < max_tokens;) {
    const std::string_view word = text.substr(start, state.words.word_length(text, start));
    start += word.size();
    if (const auto known = state.cache.find(word); !known.empty()) {
      tokens.insert(tokens.end(), known.begin(), known.end());
      continue;
    }
    const std::size_t word_begin = tokens.size();
    state.tables->bpe.encode_word(word, max_tokens - (word_begin - before), state.scratch, tokens);
    state.cache.put(word, std::span(tokens).subspan(word_begin));
  }
  if (tokens.size() - before > max_tokens) tokens.resize(before + max_tokens);
}

}  // namespace agsweep
