#include "workers/gpt2/gpt2_config.hpp"

#include <array>
#include <utility>  // std::pair

#include "base/error.hpp"
#include "base/json.hpp"
#include "workers/json/json_object.hpp"

namespace agsweep {

namespace {

// Beyond any GPT-2, and so small that no product of two, times the bytes of an element, leaves 64 bits.
constexpr std::uint64_t most_layers = 1000;
constexpr std::uint64_t largest_size = std::uint64_t{1} << 24;

struct SizeKey {
  const char* name;
  const char* alias;  // transformers takes either
  std::int64_t Gpt2Config::*field;
  std::uint64_t largest = largest_size;
};

constexpr std::array<SizeKey, 5> size_keys = {{
    {"vocab_size", nullptr, &Gpt2Config::vocabulary},
    {"n_positions", "max_position_embeddings", &Gpt2Config::positions},
    {"n_embd", "hidden_size", &Gpt2Config::width},
    {"n_layer", "num_hidden_layers", &Gpt2Config::layers, most_layers},
    {"n_head", "num_attention_heads", &Gpt2Config::heads},
}};
constexpr SizeKey ffn_key = {"n_inner", nullptr, &Gpt2Config::ffn};

constexpr std::array<std::pair<const char*, Activation>, 3> activations = {{
    {"gelu_new", Activation::gelu_tanh},
    {"gelu_pytorch_tanh", Activation::gelu_tanh},
    {"gelu", Activation::gelu},
}};

/// Variants of GPT-2 that this program lacks, by the one value of their key that it has.
constexpr std::array<std::pair<const char*, bool>, 4> fixed_keys = {{
    {"scale_attn_weights", true},
    {"scale_attn_by_inverse_layer_idx", false},
    {"add_cross_attention", false},
    {"is_causal", true},
}};

const nlohmann::json* find(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

void check_model_type(const nlohmann::json& json) {
  const nlohmann::json* const type = find(json, "model_type");
  if (type == nullptr && json.contains("n_embd")) return;  // the first configs that were published name no model_type
  if (type == nullptr) throw DataError("no model_type; a GPT-2's is gpt2");
  if (*type != "gpt2") throw DataError("model_type is {}, not gpt2", shown(*type));
}

std::int64_t size_of(const nlohmann::json& value, const char* name, std::uint64_t largest) {
  if (!value.is_number_integer()) throw DataError("{}: {} is no integer", name, shown(value));
  const bool fits = value.is_number_unsigned() && value.get<std::uint64_t>() >= 1 && value.get<std::uint64_t>() <= largest;
  if (!fits) throw DataError("{}: {} is out of range [1, {}]", name, shown(value), largest);
  return value.get<std::int64_t>();
}

void read_size(const nlohmann::json& json, const SizeKey& key, Gpt2Config& config) {
  const nlohmann::json* const own = find(json, key.name);
  const nlohmann::json* const other = key.alias == nullptr ? nullptr : find(json, key.alias);
  if (own != nullptr) config.*key.field = size_of(*own, key.name, key.largest);
  if (other == nullptr) return;
  const std::int64_t value = size_of(*other, key.alias, key.largest);
  if (own != nullptr && value != config.*key.field) {
    throw DataError("{} is {}, but {}, which means the same, is {}", key.name, config.*key.field, key.alias, value);
  }
  config.*key.field = value;
}

void read_sizes(const nlohmann::json& json, Gpt2Config& config) {
  for (const SizeKey& key : size_keys) read_size(json, key, config);
  const nlohmann::json* const ffn = find(json, ffn_key.name);
  config.ffn = ffn == nullptr || ffn->is_null() ? 4 * config.width : size_of(*ffn, ffn_key.name, ffn_key.largest);
  if (config.width % config.heads != 0) throw DataError("n_head: {} does not divide n_embd {}", config.heads, config.width);
}

void read_number(const nlohmann::json& json, const char* name, double low, double high, double& field) {
  const nlohmann::json* const value = find(json, name);
  if (value == nullptr) return;
  if (!value->is_number()) throw DataError("{}: {} is no number", name, shown(*value));
  field = value->get<double>();
  if (!(field >= low && field <= high)) throw DataError("{}: {} is out of range [{}, {}]", name, shown(*value), low, high);
}

void read_activation(const nlohmann::json& json, Gpt2Config& config) {
  const nlohmann::json* const value = find(json, "activation_function");
  if (value == nullptr) return;
  for (const auto& [name, activation] : activations) {
    if (*value != name) continue;
    config.activation = activation;
    return;
  }
  throw DataError("activation_function: {} is not supported; gelu_new, gelu_pytorch_tanh and gelu are", shown(*value));
}

}  // namespace

Gpt2Config parse_gpt2_config(std::string_view text) {
  const nlohmann::json json = parse_json_object(text);
  Gpt2Config config;
  check_model_type(json);
  read_sizes(json, config);
  read_number(json, "layer_norm_epsilon", 1e-12, 1, config.norm_epsilon);
  read_number(json, "initializer_range", 0, 1, config.initializer_range);
  read_activation(json, config);
  for (const auto& [name, only] : fixed_keys) {
    const nlohmann::json* const value = find(json, name);
    if (value != nullptr && *value != only) throw DataError("{}: {} is not supported, only {}", name, shown(*value), only);
  }
  if (const nlohmann::json* const random = find(json, "agsweep_random")) {
    if (!random->is_boolean()) throw DataError("agsweep_random: {} is neither true nor false", shown(*random));
    config.random = random->get<bool>();
  }
  return config;
}

Gpt2Config read_gpt2_config(const std::filesystem::path& path) {
  const std::string text = read_json_text(path);
  try {
    return parse_gpt2_config(text);
  } catch (const DataError& error) {
    throw DataError("{}: {:.400}", path.string(), error.what());  // cut: a hostile value may have megabytes
  }
}

std::string gpt2_config_json(const Gpt2Config& config) {
  nlohmann::ordered_json json = {{"model_type", "gpt2"}, {"architectures", {"GPT2Model"}}};
  for (const SizeKey& key : size_keys) json[key.name] = config.*key.field;
  json[ffn_key.name] = config.*ffn_key.field;
  json["activation_function"] = config.activation == Activation::gelu ? "gelu" : "gelu_new";
  json["layer_norm_epsilon"] = config.norm_epsilon;
  json["initializer_range"] = config.initializer_range;
  // GPT-2's only special token is its vocabulary's last.
  json["bos_token_id"] = config.vocabulary - 1;
  json["eos_token_id"] = config.vocabulary - 1;
  if (config.random) json["agsweep_random"] = true;
  return json.dump(2) + "\n";
}

}  // namespace agsweep
