#pragma once

#include <string>

#include "orchestrator/export/lora_run.hpp"
#include "workers/lora/lora_config.hpp"

namespace agsweep {

/// README.md of an exported adapter: what it is, what it was made of, and the Python lines that load it.
/// @param base_name  what those lines load the base by
std::string adapter_card(const LoraRun& run, const LoraConfig& lora, const std::string& base_name);

/// README.md of an exported whole model.
std::string merged_card(const LoraRun& run);

}  // namespace agsweep
