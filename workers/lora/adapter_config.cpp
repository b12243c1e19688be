#include "workers/lora/adapter_config.hpp"

#include <algorithm>  // std::find, std::transform
#include <array>
#include <cctype>  // std::tolower
#include <cmath>   // std::floor

#include "base/error.hpp"
#include "base/json.hpp"
#include "workers/json/json_object.hpp"

namespace agsweep {

using nlohmann::json;

namespace {

constexpr std::array read_keys = {"peft_type",  "task_type",       "base_model_name_or_path", "r",
                                  "lora_alpha", "lora_dropout",    "target_modules",          "use_rslora",
                                  "bias",       "modules_to_save", "init_lora_weights"};

// Without effect on GPT-2's Conv1D layers once the adapter is trained. peft itself sets fan_in_fan_out right for them, and the
// *_config of an initialisation is used by that initialisation alone.
constexpr std::array idle_keys = {"auto_mapping",  "peft_version",      "revision",       "inference_mode", "fan_in_fan_out",
                                  "megatron_core", "qalora_group_size", "runtime_config", "eva_config",     "loftq_config",
                                  "corda_config",  "lora_ga_config",    "layers_pattern"};

template <typename Keys>
bool contains(const Keys& keys, const std::string& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

bool changes_nothing(const json& value) {
  if (value.is_boolean()) return !value.get<bool>();
  if (value.is_string()) return value.get_ref<const std::string&>().empty();
  return value.is_null() || (value.is_structured() && value.empty());
}

[[noreturn]] void refuse(const char* key, const json& value, std::string_view expected) {
  throw DataError("{}: {:.100} is not supported (expected {})", key, value.dump(), expected);
}

/// The value of a key, or peft's default where it is missing.
json value_of(const json& config, const char* key, const json& standard) {
  const auto found = config.find(key);
  return found == config.end() ? standard : *found;
}

double number_of(const json& config, const char* key, double standard) {
  const json value = value_of(config, key, standard);
  if (!value.is_number()) refuse(key, value, "a number");
  return value.get<double>();
}

bool flag_of(const json& config, const char* key) {
  const json value = value_of(config, key, false);
  if (!value.is_boolean()) refuse(key, value, "true or false");
  return value.get<bool>();
}

std::int64_t rank_of(const json& config) {
  const json value = value_of(config, "r", 8);
  const std::int64_t rank = value.is_number_integer() ? value.get<std::int64_t>() : 0;  // beyond 63 bits it is negative
  if (rank < 1) refuse("r", value, "a whole number above 0");
  return rank;
}

/// peft also loads a scale of 0 or below, whose adapter adds nothing or the opposite of what it was trained for.
double alpha_of(const json& config) {
  const double alpha = number_of(config, "lora_alpha", 8);
  if (!(alpha > 0 && alpha <= most_alpha)) refuse("lora_alpha", alpha, fmt::format("(0, {:g}]", most_alpha));
  return alpha;
}

double dropout_of(const json& config) {
  const double dropout = number_of(config, "lora_dropout", 0);
  if (!(dropout >= 0 && dropout < 1)) refuse("lora_dropout", dropout, "[0, 1)");
  return dropout;
}

std::vector<std::string> names_of(const json& list, const char* key) {
  std::vector<std::string> names;
  for (const json& name : list) {
    if (!name.is_string() || name.get_ref<const std::string&>().empty()) refuse(key, list, "a list of names");
    names.push_back(name);
  }
  return names;
}

void read_targets(const json& config, AdapterConfig& read) {
  const json value = value_of(config, "target_modules", nullptr);
  if (value.is_null()) {
    read.lora.targets = {"c_attn"};  // peft's choice for a GPT-2
  } else if (value.is_array() && !value.empty()) {
    read.lora.targets = names_of(value, "target_modules");
    std::sort(read.lora.targets.begin(), read.lora.targets.end());
  } else if (value.is_string() && !value.get_ref<const std::string&>().empty()) {
    read.target_pattern = value;
    std::string lower = read.target_pattern;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const bool all = lower == "all-linear";
    read.lora.targets = all ? all_linear() : std::vector<std::string>();
    if (all) read.target_pattern.clear();
  } else {
    refuse("target_modules", value, "a list of names, a regular expression or \"all-linear\"");
  }
}

void require_plain_kind(const json& config) {
  const json type = value_of(config, "peft_type", nullptr);
  if (type != "LORA") refuse("peft_type", type, "LORA");
  const json task = value_of(config, "task_type", nullptr);
  if (!task.is_null() && task != "SEQ_CLS") refuse("task_type", task, "SEQ_CLS");
  const json bias = value_of(config, "bias", "none");
  if (bias != "none") refuse("bias", bias, "none");
}

/// The head is the only module that may be trained whole. "classifier" is what other models call it; peft always lists both.
void require_head_alone(const json& config) {
  const json saved = value_of(config, "modules_to_save", nullptr);
  if (saved.is_null()) return;
  if (!saved.is_array()) refuse("modules_to_save", saved, "[\"classifier\", \"score\"]");
  for (const json& name : saved) {
    if (name != "score" && name != "classifier") refuse("modules_to_save", saved, "[\"classifier\", \"score\"]");
  }
}

/// The others change the base's weights when they start (pissa, olora, corda, loftq, lora_ga), so their adapters fit no published base.
void require_untouched_base(const json& config) {
  const json start = value_of(config, "init_lora_weights", true);
  if (start.is_boolean() || start == "gaussian" || start == "orthogonal" || start == "eva") return;
  refuse("init_lora_weights", start, "true, false, gaussian, orthogonal or eva");
}

/// DoRA, ranks or scales of single modules, left-out layers, and what later releases may bring.
void require_no_variant(const json& config) {
  for (const auto& [key, value] : config.items()) {
    if (contains(read_keys, key) || contains(idle_keys, key) || changes_nothing(value)) continue;
    throw DataError("{:.100}: {:.100} is not supported (expected null, false or nothing)", key, value.dump());
  }
}

}  // namespace

AdapterConfig parse_adapter_config(std::string_view text) {
  const json config = parse_json_object(text);
  require_plain_kind(config);
  require_head_alone(config);
  require_untouched_base(config);
  require_no_variant(config);
  AdapterConfig read;
  read.lora.rank = rank_of(config);
  read.lora.alpha = alpha_of(config);
  read.lora.dropout = dropout_of(config);
  read.lora.rslora = flag_of(config, "use_rslora");
  read_targets(config, read);
  if (const json base = value_of(config, "base_model_name_or_path", nullptr); base.is_string()) read.base_name = base;
  return read;
}

std::string adapter_config_text(const LoraConfig& lora, const std::string& base_name) {
  nlohmann::ordered_json config;
  config["peft_type"] = "LORA";
  config["task_type"] = "SEQ_CLS";
  config["base_model_name_or_path"] = base_name.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(base_name);
  config["inference_mode"] = true;
  config["r"] = lora.rank;
  // peft declares it as an integer, and shows it as one.
  const bool whole = std::abs(lora.alpha) < 1e15 && std::floor(lora.alpha) == lora.alpha;
  config["lora_alpha"] = whole ? nlohmann::ordered_json(static_cast<std::int64_t>(lora.alpha)) : nlohmann::ordered_json(lora.alpha);
  config["lora_dropout"] = lora.dropout;
  config["target_modules"] = lora.targets;
  config["use_rslora"] = lora.rslora;
  config["fan_in_fan_out"] = true;  // GPT-2's Conv1D weights are [in, out]
  config["bias"] = "none";
  config["modules_to_save"] = {"classifier", "score"};
  config["init_lora_weights"] = true;
  config["rank_pattern"] = nlohmann::ordered_json::object();
  config["alpha_pattern"] = nlohmann::ordered_json::object();
  return config.dump(2) + "\n";
}

}  // namespace agsweep
