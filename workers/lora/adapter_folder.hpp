#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "workers/lora/lora_config.hpp"
#include "workers/safetensors/safetensors.hpp"

namespace agsweep {

/// A folder in the format of Python's peft: adapter_config.json and adapter_model.safetensors.
///
/// Tensor names are those of agsweep's model.safetensors, without peft's `base_model.model.`:
/// transformer.h.{i}.attn.c_attn.lora_A.weight [r, in], .lora_B.weight [out, r], score.weight [classes, width].
struct AdapterFolder {
  LoraConfig lora;        // targets: those that a GPT-2 has; of a regular expression, the modules that it matches
  std::string base_name;  // base_model_name_or_path; may be empty
  SafetensorsFile file;   // owns the bytes
  std::vector<TensorBytes> tensors;
};

/// Whether the folder has an adapter_config.json.
bool is_adapter_folder(const std::filesystem::path& path);

/// Reads an adapter of GPT-2, complete and of one rank (workers/lora/adapter_tensors.hpp).
/// @throws DataError naming file and key or tensor: another peft_type or task_type, a variant that changes the result (rank_pattern,
/// alpha_pattern, bias other than none, use_dora, layers_to_transform, modules_to_save other than the head, ...), a tensor that is missing,
/// unexpected, or of a wrong shape or dtype
AdapterFolder read_adapter_folder(const std::filesystem::path& folder);

/// Writes both files, each atomically, adapter_config.json last.
/// @param tensors  with the names above
/// @throws RunTimeError
void write_adapter_folder(const std::filesystem::path& folder, const LoraConfig& lora, const std::string& base_name,
                          std::span<const TensorBytes> tensors);

}  // namespace agsweep
