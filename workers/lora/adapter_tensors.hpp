#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "workers/lora/lora_config.hpp"
#include "workers/safetensors/safetensors.hpp"

namespace agsweep {

/// How many blocks a GPT-2 must have at least for the tensors: 12 where one is called transformer.h.11.attn.c_attn.lora_A.weight.
/// @throws DataError for a number that no GPT-2 has
std::int64_t blocks_of(std::span<const TensorBytes> tensors);

/// Checks that there are lora_A.weight [rank, in] and lora_B.weight [out, rank] of each target in these blocks, score.weight
/// [classes, width], and nothing else; F32, F16 or BF16. in and out are the model's to check, and so is a last block that is missing.
/// @throws DataError naming the tensor (the caller adds the file's name)
void check_adapter_tensors(const LoraConfig& lora, std::span<const TensorBytes> tensors);

/// The tensor of this name. @throws DataError that it is missing
const TensorBytes& tensor_named(std::span<const TensorBytes> tensors, std::string_view name);

}  // namespace agsweep
