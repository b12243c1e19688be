#pragma once

#include <filesystem>
#include <string>

#include "base/json.hpp"
#include "orchestrator/export/tokenizer_files.hpp"
#include "orchestrator/options/config_file.hpp"  // RunRecord
#include "workers/gpt2/gpt2_config.hpp"
#include "workers/safetensors/safetensors.hpp"
#include "workers/train/config.hpp"

namespace agsweep {

/// A gpt2-lora run with all that an export needs of it.
struct LoraRun {
  TrainConfig config;
  RunRecord record;
  std::filesystem::path model;    // model.safetensors, for messages
  SafetensorsFile trained;        // the best epoch's tensors
  std::filesystem::path weights;  // the GPT-2 that the run was trained on: a folder, or a safetensors file in it
  Gpt2Config geometry;
  std::string base_config;  // the text of its config.json
  TokenizerFiles tokenizer;
  nlohmann::json result;  // result.json; null where it is missing
};

/// @param weights    empty: where the run recorded it
/// @param tokenizer  empty: as default_tokenizer_folder()
/// @throws UsageError for a run of another model
/// @throws DataError for a damaged run; for a GPT-2 or a tokenizer that is missing, or not the one that the run recorded
LoraRun read_lora_run(const std::filesystem::path& run, const std::filesystem::path& weights, const std::filesystem::path& tokenizer);

}  // namespace agsweep
