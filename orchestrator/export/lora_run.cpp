#include "orchestrator/export/lora_run.hpp"

#include "base/error.hpp"
#include "orchestrator/options/train_options.hpp"
#include "orchestrator/world/launch.hpp"  // default_tokenizer_folder
#include "workers/gpt2/checkpoint_files.hpp"
#include "workers/gpt2/gpt2_checkpoint.hpp"  // gpt2_weights_sha256
#include "workers/json/json_object.hpp"      // read_json_text
#include "workers/safetensors/sealed.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

void require_same_weights(const fs::path& weights, const std::string& recorded) {
  if (!fs::exists(weights)) {
    throw DataError("{}: the GPT-2 that the run was trained on is not there; name its folder by --weights", weights.string());
  }
  const std::string sha256 = gpt2_weights_sha256(weights);
  if (sha256 == recorded) return;
  throw DataError("{}: not the GPT-2 that the run was trained on (SHA-256 {}, not {}); name that one by --weights", weights.string(),
                  sha256, recorded);
}

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
    throw UsageError("{}: a run of --model scratch; only those of gpt2-lora can be exported", run.string());
  }
  const fs::path base = weights.empty() ? config.weights : weights;
  const fs::path tokenizer_folder = tokenizer.empty() ? default_tokenizer_folder() : tokenizer;
  TokenizerFiles files = read_tokenizer_files(tokenizer_folder);
  require_same_tokenizer(files, tokenizer_folder, stored.record.sha256.tokenizer);
  require_same_weights(base, stored.record.sha256.weights);
  const fs::path base_config = find_checkpoint_files(base).config;
  return {.config = std::move(config),
          .record = stored.record,
          .model = run / "model.safetensors",
          .trained = read_trained(run / "model.safetensors", stored.record.class_names.size()),
          .weights = fs::absolute(base).lexically_normal(),
          .geometry = read_gpt2_config(base_config),
          .base_config = read_json_text(base_config),
          .tokenizer = std::move(files)};
}

}  // namespace agsweep
