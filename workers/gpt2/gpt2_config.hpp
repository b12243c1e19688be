#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "data/tokenizer.hpp"  // gpt2_vocabulary

namespace agsweep {

enum class Activation { gelu, gelu_tanh };  // exact, and by tanh (GPT-2's "gelu_new")

/// What a Hugging Face config.json says of a GPT-2; the initial values are GPT-2 small's, and transformers' for keys that are left out.
struct Gpt2Config {
  std::int64_t vocabulary = gpt2_vocabulary;  // vocab_size
  std::int64_t positions = 1024;              // n_positions
  std::int64_t width = 768;                   // n_embd
  std::int64_t layers = 12;                   // n_layer
  std::int64_t heads = 12;                    // n_head
  std::int64_t ffn = 3072;                    // n_inner; 4 * width where that is null or left out
  double norm_epsilon = 1e-5;                 // layer_norm_epsilon
  double initializer_range = 0.02;
  Activation activation = Activation::gelu_tanh;  // activation_function
  bool random = false;                            // agsweep_random: weights that were never trained
};

/// Keys that do not change the model's result without dropout are ignored; dropout is the training's own option.
/// @param path  config.json
/// @throws DataError naming file and key: not JSON, a key twice, another model_type, a size that is no integer, not positive or absurd,
/// heads that do not divide the width, an activation or attention variant that is not supported
Gpt2Config read_gpt2_config(const std::filesystem::path& path);

/// The same of the file's text. @throws DataError naming the key (the caller adds the file's name)
Gpt2Config parse_gpt2_config(std::string_view text);

/// config.json's text, for agsweep and for Python's transformers.
std::string gpt2_config_json(const Gpt2Config& config);

}  // namespace agsweep
