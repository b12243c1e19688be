#pragma once

#include "workers/gpt2/gpt2_config.hpp"
#include "workers/lora/lora_config.hpp"
#include "workers/train/config.hpp"

namespace agsweep {

/// The adapters that a configuration asks for.
/// @throws UsageError for an alpha that is neither a positive number nor a multiple of the rank, or an unknown target module
LoraConfig lora_of(const TrainConfig& config, const Gpt2Config& gpt2);

}  // namespace agsweep
