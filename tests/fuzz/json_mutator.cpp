#include "tests/fuzz/json_mutator.hpp"

#include <algorithm>  // std::copy_n, std::min
#include <random>     // std::minstd_rand
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace agsweep {

namespace {

constexpr std::string_view words[] = {
    // numbers and other values
    "0", "1", "2", "3", "-1", "1.5", "1e-5", "1e999", "4294967296", "9223372036854775807", "18446744073709551615", "null", "true", "false",
    "{}", "[]", R"("")", R"(".")", R"("..")", R"("a/b")", R"("\u0000")", "[0,0]", "[0,1]",
    // safetensors headers
    R"("__metadata__")", R"("dtype")", R"("shape")", R"("data_offsets")", R"("F32")", R"("BF16")", R"("U8")", R"("F4")",
    // config.json, the index
    R"("model_type")", R"("gpt2")", R"("vocab_size")", R"("n_positions")", R"("n_embd")", R"("n_layer")", R"("n_head")", R"("n_inner")",
    R"("hidden_size")", R"("num_attention_heads")", R"("layer_norm_epsilon")", R"("initializer_range")", R"("activation_function")",
    R"("gelu")", R"("scale_attn_weights")", R"("agsweep_random")", R"("weight_map")", R"("metadata")"};

using Tokens = std::vector<std::string_view>;

bool is_mark(char byte) { return std::string_view("{}[],:").find(byte) != std::string_view::npos; }
bool is_space(char byte) { return std::string_view(" \t\r\n").find(byte) != std::string_view::npos; }

std::size_t end_of_token(std::string_view json, std::size_t begin) {
  std::size_t end = begin + 1;
  if (json[begin] == '"') {
    while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2 : 1;
    return std::min(end + 1, json.size());
  }
  while (!is_mark(json[begin]) && end < json.size() && !is_mark(json[end]) && !is_space(json[end])) ++end;
  return end;
}

Tokens tokens_of(std::string_view json) {
  Tokens tokens;
  for (std::size_t i = 0; i < json.size();) {
    if (is_space(json[i])) {
      ++i;
      continue;
    }
    const std::size_t end = end_of_token(json, i);
    tokens.push_back(json.substr(i, end - i));
    i = end;
  }
  return tokens;
}

/// Where the value that begins at a token ends: behind its closing bracket, if it has one.
Tokens::const_iterator end_of_value(const Tokens& tokens, Tokens::const_iterator begin) {
  int open = 0;
  for (auto at = begin; at != tokens.end(); ++at) {
    if (*at == "{" || *at == "[") ++open;
    if (*at == "}" || *at == "]") --open;
    if (open <= 0) return at + 1;
  }
  return tokens.end();
}

}  // namespace

std::string mutated_json(std::string_view json, unsigned seed) {
  const Tokens tokens = tokens_of(json);
  std::minstd_rand random(seed + 1);
  const auto below = [&](std::size_t bound) { return static_cast<std::ptrdiff_t>(random() % bound); };

  const std::string_view word = words[below(std::size(words))];
  if (tokens.empty()) return std::string(word);
  const auto value = tokens.begin() + below(tokens.size());
  const auto value_end = end_of_value(tokens, value);
  const auto other = tokens.begin() + below(tokens.size());

  auto kept_until = value;  // what comes between here and value_end is replaced
  Tokens piece;
  switch (below(6)) {
    case 0:  // removed
      break;
    case 1:  // entered again, under another key
      kept_until = value_end;
      piece = {",", *other, ":"};
      piece.insert(piece.end(), value, value_end);
      break;
    case 2:
    case 3:
      piece.assign(other, end_of_value(tokens, other));
      break;
    default:
      piece = {word};
  }
  std::string result;
  for (auto token = tokens.begin(); token != kept_until; ++token) result += *token;
  for (const std::string_view token : piece) result += token;
  for (auto token = value_end; token != tokens.end(); ++token) result += *token;
  return result;
}

std::size_t mutate_input(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed, const JsonMutation& mutation) {
  if (seed % 8 == 0) return LLVMFuzzerMutate(data, size, max_size);
  const std::string changed = mutation({reinterpret_cast<const char*>(data), size}, seed);
  const std::size_t kept = std::min(changed.size(), max_size);
  std::copy_n(changed.begin(), kept, data);
  return kept;
}

}  // namespace agsweep
