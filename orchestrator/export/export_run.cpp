#include "orchestrator/export/export_run.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/json.hpp"
#include "orchestrator/export/model_card.hpp"
#include "orchestrator/fetch/published_gpt2.hpp"
#include "workers/lora/adapter_folder.hpp"
#include "workers/lora/adapter_tensors.hpp"
#include "workers/lora/merged_model.hpp"
#include "workers/train/config.hpp"  // lora_of

namespace agsweep {

namespace fs = std::filesystem;

namespace {

/// What `work` returns; its DataErrors get the name of the run's model.safetensors.
template <typename Work>
auto in_model(const LoraRun& run, const Work& work) try {
  return work();
} catch (const DataError& error) {
  throw DataError("{}: {}", run.model.string(), error.what());
}

void write_model(const LoraRun& run, const fs::path& folder, const ClassifierTensors& model) {
  write_safetensors(folder / "model.safetensors", model.tensors, {{"format", "pt"}});
  write_file_atomically(folder / "config.json", classifier_config(run));
}

}  // namespace

void export_adapter(const LoraRun& run, const fs::path& folder, const std::string& base_name) {
  const LoraConfig lora = lora_of(run.config, run.geometry);
  in_model(run, [&] { check_adapter_tensors(lora, run.trained.tensors()); });
  write_tokenizer_files(folder, run.tokenizer, run.record.max_length);
  write_file_atomically(folder / "README.md", adapter_card(run, lora, base_name));
  write_adapter_folder(folder, lora, base_name, run.trained.tensors());
}

void export_merged(const LoraRun& run, const fs::path& folder) {
  write_tokenizer_files(folder, run.tokenizer, run.record.max_length);
  write_file_atomically(folder / "README.md", merged_card(run));
  if (run.config.full) {
    return write_model(run, folder, in_model(run, [&] { return trained_model(run.geometry, run.trained.tensors()); }));
  }
  const LoraConfig lora = lora_of(run.config, run.geometry);
  const Gpt2Checkpoint base = Gpt2Checkpoint::read(run.weights);
  in_model(run, [&] { check_adapter_tensors(lora, run.trained.tensors()); });
  write_model(run, folder, in_model(run, [&] { return merged_model(base, lora, run.trained.tensors()); }));
}

std::string usual_base_name(const LoraRun& run) {
  if (run.record.sha256.weights == published_gpt2_weights.sha256) return "gpt2";
  return (fs::is_directory(run.weights) ? run.weights : run.weights.parent_path()).string();
}

std::string classifier_config(const LoraRun& run) {
  auto config = nlohmann::ordered_json::parse(run.base_config);
  for (const char* key : {"_name_or_path", "auto_map", "num_labels", "torch_dtype", "transformers_version"}) config.erase(key);
  config["model_type"] = "gpt2";
  config["architectures"] = {"GPT2ForSequenceClassification"};
  config["dtype"] = "float32";
  config["pad_token_id"] = run.tokenizer.end_of_text;
  config["problem_type"] = "single_label_classification";
  nlohmann::ordered_json names = nlohmann::ordered_json::object(), labels = nlohmann::ordered_json::object();
  for (std::size_t label = 0; label < run.record.class_names.size(); ++label) {
    names[std::to_string(label)] = run.record.class_names[label];
    labels[run.record.class_names[label]] = label;
  }
  config["id2label"] = names;
  config["label2id"] = labels;
  return config.dump(2) + "\n";
}

}  // namespace agsweep
