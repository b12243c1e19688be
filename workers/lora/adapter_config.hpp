#pragma once

#include <string>
#include <string_view>

#include "workers/lora/lora_config.hpp"

namespace agsweep {

/// What adapter_config.json says.
struct AdapterConfig {
  LoraConfig lora;
  std::string base_name;       // base_model_name_or_path; may be empty
  std::string target_pattern;  // target_modules where that is a regular expression; lora.targets is then empty
};

/// Reads adapter_config.json as peft 0.21 would: a missing key has peft's default. A key that agsweep does not know, or whose variant it
/// does not train, may stand there only with a value that changes nothing: null, false, or empty.
/// @throws DataError naming the key (the caller adds the file's name)
AdapterConfig parse_adapter_config(std::string_view text);

/// adapter_config.json for peft.
std::string adapter_config_text(const LoraConfig& lora, const std::string& base_name);

}  // namespace agsweep
