#pragma once

#include <deque>
#include <span>
#include <vector>

#include "workers/gpt2/gpt2_checkpoint.hpp"
#include "workers/lora/lora_config.hpp"
#include "workers/safetensors/safetensors.hpp"

namespace agsweep {

/// The tensors of a transformers GPT2ForSequenceClassification: transformer.wte.weight, ..., transformer.ln_f.bias, score.weight; F32.
/// Moves keep the tensors' addresses.
struct ClassifierTensors {
  std::vector<TensorBytes> tensors;       // into the files that they come from, or into own
  std::deque<std::vector<float>> values;  // those that were changed or converted
};

/// GPT-2 with an adapter merged into it, and the adapter's head. `base` and `adapter` outlive the result.
/// @throws DataError naming the tensor of the adapter that is missing or does not fit the base
ClassifierTensors merged_model(const Gpt2Checkpoint& base, const LoraConfig& lora, std::span<const TensorBytes> adapter);

/// The same of a GPT-2 whose weights were all trained. `trained` outlives the result.
/// @param trained  names as in the result
/// @throws DataError naming the tensor that is missing, unexpected or of another shape than `config` says
ClassifierTensors trained_model(const Gpt2Config& config, std::span<const TensorBytes> trained);

}  // namespace agsweep
