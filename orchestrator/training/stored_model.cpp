#include "orchestrator/training/stored_model.hpp"

#include <algorithm>  // std::find

#include <fmt/ranges.h>  // fmt::join

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/sha256.hpp"
#include "data/corpus_file.hpp"
#include "orchestrator/options/config_file.hpp"
#include "orchestrator/options/train_options.hpp"
#include "orchestrator/training/run_inputs.hpp"  // require_recorded_weights
#include "orchestrator/training/trained_weights.hpp"
#include "workers/gpt2/checkpoint_files.hpp"
#include "workers/gpt2/gpt2_config.hpp"
#include "workers/lora/adapter_folder.hpp"
#include "workers/lora/adapter_tensors.hpp"  // tensor_named

namespace agsweep {

namespace fs = std::filesystem;

namespace {

StoredModel run_model(const fs::path& run, const fs::path& weights) {
  StoredRun stored = read_run(run);
  TrainConfig config = filled_config(stored.options);
  if (!weights.empty()) config.weights = weights;
  FileFacts files;
  require_recorded_weights(stored.record, config, files);
  return {.config = std::move(config),
          .trained = trained_weights(run),
          .classes = stored.record.class_names.size(),
          .class_names = std::move(stored.record.class_names),
          .data_sha256 = std::move(stored.record.sha256.data),
          .tokenizer_sha256 = std::move(stored.record.sha256.tokenizer),
          .max_length = stored.record.max_length,
          .join = stored.record.join,
          .sealed = stored.sealed,
          .random_base = stored.record.random_base};
}

StoredModel adapter_model(const fs::path& folder, const fs::path& weights) {
  const AdapterFolder adapter = read_adapter_folder(folder);
  TrainConfig config;
  config.model = ModelKind::gpt2_lora;
  config.weights = weights.empty() ? fs::path(adapter.base_name) : weights;
  if (!fs::exists(config.weights)) {
    throw UsageError("{}: its base, {}, is no folder here; name a folder that holds it by --weights", folder.string(),
                     adapter.base_name.empty() ? "which it does not name" : adapter.base_name);
  }
  config.lora_rank = adapter.lora.rank;
  config.lora_alpha = fmt::format("{}", adapter.lora.alpha);
  config.lora_targets = fmt::format("{}", fmt::join(adapter.lora.targets, ","));
  config.rslora = adapter.lora.rslora;
  const bool random_base = read_gpt2_config(find_checkpoint_files(config.weights).config).random;
  return {.config = std::move(config),
          .trained = folder,
          .classes = static_cast<std::size_t>(tensor_named(adapter.tensors, "score.weight").shape.at(0)),
          .class_names = {},
          .data_sha256 = {},
          .tokenizer_sha256 = {},
          .max_length = 0,
          .join = TextJoin::space,
          .random_base = random_base};
}

std::string quoted(const std::vector<std::string>& names) { return nlohmann::json(names).dump(); }

void require_fit(const CorpusInfo& corpus, const fs::path& data, const StoredModel& model) {
  if (!model.tokenizer_sha256.empty() && corpus.tokenizer_sha256 != model.tokenizer_sha256) {
    throw DataError("{}: made with another tokenizer than the model's (SHA-256 {}, not {}); prepare it with the model's", data.string(),
                    corpus.tokenizer_sha256, model.tokenizer_sha256);
  }
  if (model.class_names.empty() && corpus.class_names.size() != model.classes) {
    throw DataError("{}: has {} classes, {}, but the model tells {} apart", data.string(), corpus.class_names.size(),
                    quoted(corpus.class_names), model.classes);
  }
}

/// Gives rows the labels that the model has for the classes' names.
void relabel(Corpus& corpus, const fs::path& data, const std::vector<std::string>& names) {
  if (corpus.info.class_names == names) return;
  std::vector<std::uint8_t> label_of;
  for (const std::string& name : corpus.info.class_names) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      throw DataError("{}: its classes are {}, the model's are {}", data.string(), quoted(corpus.info.class_names), quoted(names));
    }
    label_of.push_back(static_cast<std::uint8_t>(found - names.begin()));
  }
  for (Split* split : {&corpus.train, &corpus.val, &corpus.test}) {
    for (std::uint8_t& label : split->labels) label = label_of[label];
  }
  corpus.info.class_names = names;
}

}  // namespace

StoredModel read_stored_model(const fs::path& folder, const fs::path& weights) {
  return is_adapter_folder(folder) ? adapter_model(folder, weights) : run_model(folder, weights);
}

std::vector<fs::path> files_read(const fs::path& folder, const StoredModel& model, const fs::path& data) {
  std::vector<fs::path> files = {data, folder / "adapter_config.json", folder / "adapter_model.safetensors"};
  if (model.config.weights.empty()) return files;
  const CheckpointFiles base = find_checkpoint_files(model.config.weights);
  files.insert(files.end(), base.weights.begin(), base.weights.end());
  files.insert(files.end(), {base.config, base.index});
  return files;
}

void require_tokenizer(const fs::path& folder, const Tokenizer& tokenizer, const StoredModel& model) {
  if (tokenizer.sha256() == model.tokenizer_sha256) return;
  throw DataError("{}: not the tokenizer that the model was trained with (SHA-256 {}, not {}); name that one by --tokenizer",
                  folder.string(), tokenizer.sha256(), model.tokenizer_sha256);
}

std::optional<bool> is_own_corpus(const StoredModel& model, const fs::path& data) {
  if (model.data_sha256.empty()) return std::nullopt;
  return model.data_sha256 == sha256_file(data);
}

Corpus read_fitting_corpus(const fs::path& data, const std::string& split, const StoredModel& model) {
  Corpus corpus = read_corpus(data);
  require_fit(corpus.info, data, model);
  if (!model.class_names.empty()) relabel(corpus, data, model.class_names);
  if (split_named(corpus, split).rows() == 0) throw DataError("{}: {} has no rows", data.string(), split);
  return corpus;
}

}  // namespace agsweep
