#pragma once

#include <filesystem>
#include <string>

#include "orchestrator/export/lora_run.hpp"

namespace agsweep {

/// Writes a run's adapter and head for Python's peft: adapter_config.json, adapter_model.safetensors, the tokenizer, and a README.md with
/// the lines that load them.
/// @param base_name  what Python loads the base by: a name on the Hugging Face Hub, or a folder
/// @throws DataError for a run whose tensors are not those of its options
void export_adapter(const LoraRun& run, const std::filesystem::path& folder, const std::string& base_name);

/// Writes a run's whole model, its adapter merged, for Python's transformers: a GPT2ForSequenceClassification with config.json,
/// model.safetensors, the tokenizer and a README.md. @throws as export_adapter
void export_merged(const LoraRun& run, const std::filesystem::path& folder);

/// What a person loads the run's base by: gpt2 where it is the published one, else the folder that it lies in.
std::string usual_base_name(const LoraRun& run);

/// config.json of that model: the base's, with what belongs to the head in the place of what belonged to another.
std::string classifier_config(const LoraRun& run);

}  // namespace agsweep
