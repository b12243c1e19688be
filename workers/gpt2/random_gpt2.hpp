#pragma once

#include <cstdint>
#include <filesystem>

#include "workers/gpt2/gpt2_config.hpp"

namespace agsweep {

/// Writes a GPT-2 that was never trained: config.json (with "agsweep_random": true, whatever config.random) and model.safetensors,
/// readable by transformers. Start values as Hugging Face's GPT2PreTrainedModel draws them: N(0, initializer_range^2), for the residual
/// projections' c_proj.weight divided by sqrt(2 * layers), biases 0, norms 1; from Philox(seed, tensor name). The folder is made where
/// there is none; files of these names are replaced, config.json last.
/// @throws RunTimeError when a file cannot be written
/// @throws DataError for a config that read_gpt2_config would refuse
void write_random_gpt2(const std::filesystem::path& folder, const Gpt2Config& config, std::uint64_t seed);

}  // namespace agsweep
