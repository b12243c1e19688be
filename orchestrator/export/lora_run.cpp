#include "orchestrator/export/lora_run.hpp"

#include "base/error.hpp"
#include "base/json_file.hpp"
#include "orchestrator/options/train_options.hpp"
#include "orchestrator/training/run_inputs.hpp"  // require_recorded_weights
#include "orchestrator/training/trained_weights.hpp"
#include "orchestrator/world/launch.hpp"  // default_tokenizer_folder
#include "workers/gpt2/checkpoint_files.hpp"
#include "workers/json/json_object.hpp"  // read_json_text
#include "workers/safetensors/sealed.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

void require_same_tokenizer(const TokenizerFiles& tokenizer, const fs::path& folder, const std::string& recorded) {
  if (tokenizer.sha256 == recorded) return;
  throw DataError("{}: not the tokenizer that the run was trained with (SHA-256 {}, not {}); name that one by --tokenizer", folder.string(),
                  tokenizer.sha256, recorded);
}

SafetensorsFile read_trained(const fs::path& path, std::size_t classes) {
  SafetensorsFile trained = SafetensorsFile::read(path);
  check_seal(trained, path);
  const TensorBytes* const head = trained.find("score.weight");
  if (head == nullptr || head->shape.empty() || head->shape[0] != static_cast<std::int64_t>(classes)) {
    throw DataError("{}: holds no score.weight of the run's {} classes", path.string(), classes);
  }
  return trained;
}

}  // namespace

LoraRun read_lora_run(const fs::path& run, const fs::path& weights, const fs::path& tokenizer) {
  StoredRun stored = read_run(run);
  TrainConfig config = filled_config(stored.options);
  if (config.model != ModelKind::gpt2_lora) {
    throw UsageError("{}: a run of --model {}; only those of gpt2-lora can be exported", run.string(), to_word(config.model));
  }
  if (!weights.empty()) config.weights = weights;
  const fs::path tokenizer_folder = tokenizer.empty() ? default_tokenizer_folder() : tokenizer;
  TokenizerFiles files = read_tokenizer_files(tokenizer_folder);
  require_same_tokenizer(files, tokenizer_folder, stored.record.sha256.tokenizer);
  FileFacts file_facts;
  require_recorded_weights(stored.record, config, file_facts);
  const fs::path weights_folder = fs::absolute(config.weights).lexically_normal();
  const fs::path base_config = find_checkpoint_files(weights_folder).config;
  const fs::path model = trained_weights(run);
  nlohmann::json result;  // weights alone can be exported too
  if (fs::exists(run / "result.json"))
    result = read_sealed_json(run / "result.json", "put it back as it was, or remove it to export without its metrics");
  return {.config = std::move(config),
          .record = stored.record,
          .model = model,
          .trained = read_trained(model, stored.record.class_names.size()),
          .weights = weights_folder,
          .geometry = read_gpt2_config(base_config),
          .base_config = read_json_text(base_config),
          .tokenizer = std::move(files),
          .result = std::move(result)};
}

}  // namespace agsweep
