#include "orchestrator/export/model_card.hpp"

#include <array>
#include <filesystem>
#include <optional>

#include <fmt/ranges.h>  // fmt::join

#include "base/json.hpp"
#include "orchestrator/export/export_run.hpp"  // usual_base_name
#include "orchestrator/fetch/published_gpt2.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

constexpr const char* example_texts = R"(["Oil prices rise again", "The home team won the final 3-1 in extra time"])";

/// A text as Python and YAML write it too.
std::string literal(const std::string& text) { return nlohmann::json(text).dump(); }

std::string literal(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "" : ", ") + literal(text);
  return "[" + list + "]";
}

/// A metric of the run; none where it was not measured.
std::optional<double> measured(const LoraRun& run, const nlohmann::json::json_pointer& place) {
  if (!run.result.is_object() || !run.result.contains(place) || !run.result[place].is_number()) return std::nullopt;
  return run.result[place].get<double>();
}

/// The split that the best epoch was tested on, or of a trial of a sweep, which never reads the test rows, the one that it was chosen by.
struct MeasuredSplit {
  std::string name;   // as the Hub calls it; empty: none was measured
  std::string place;  // in result.json
};
MeasuredSplit measured_split(const LoraRun& run) {
  using Pointer = nlohmann::json::json_pointer;
  if (measured(run, Pointer("/test/accuracy"))) return {.name = "test", .place = "/test/"};
  if (measured(run, Pointer("/best/val/accuracy"))) return {.name = "validation", .place = "/best/val/"};
  return {};
}

constexpr auto card_metrics = std::to_array<std::array<std::string_view, 3>>({
    {"accuracy", "accuracy", "Accuracy"},  // in result.json; as the Hub calls it; for a person
    {"f1", "f1_macro", "Macro F1"},
    {"precision", "precision_macro", "Macro precision"},
    {"recall", "recall_macro", "Macro recall"},
});

/// The model-index of the Hub's model cards: its results as data.
std::string model_index(const LoraRun& run) {
  const MeasuredSplit split = measured_split(run);
  if (split.name.empty()) return "";
  const std::string corpus = fs::path(run.record.data).stem().string();
  std::string text = fmt::format(
      "metrics:\n- accuracy\n- f1\nmodel-index:\n- name: {}\n  results:\n  - task:\n      type: text-classification\n    dataset:\n      "
      "name: "
      "{}\n      type: {}\n      split: {}\n    metrics:\n",
      literal(fmt::format("GPT-2 for {}", corpus)), literal(corpus), literal(corpus), split.name);
  for (const auto& [type, key, name] : card_metrics) {
    if (const auto value = measured(run, nlohmann::json::json_pointer(fmt::format("{}{}", split.place, key)))) {
      text += fmt::format("    - type: {}\n      name: {}\n      value: {:.4f}\n", type, name, *value);
    }
  }
  return text;
}

/// For a person.
std::string results(const LoraRun& run) {
  const MeasuredSplit split = measured_split(run);
  if (split.name.empty()) return "";
  std::string text = fmt::format(
      "\n## Results\n\nOn the {} rows of the training's own corpus, with the weights of the best epoch{}:\n\n| Metric | "
      "Value |\n| :-- | --: |\n",
      split.name, split.name == "validation" ? ", which these rows chose" : "");
  for (const auto& [type, key, name] : card_metrics) {
    if (const auto value = measured(run, nlohmann::json::json_pointer(fmt::format("{}{}", split.place, key)))) {
      text += fmt::format("| {} | {:.4f} |\n", name, *value);
    }
  }
  return text;
}

/// What the Hugging Face Hub reads. A folder is no name there. GPT-2's published weights are under the MIT license, and what was trained
/// from them is their copy; of other weights nothing is known.
std::string front_matter(const LoraRun& run, const std::string& library, const std::string& base_name) {
  const bool on_the_hub = !base_name.empty() && !base_name.starts_with('/') && !base_name.starts_with('.');
  const bool published = run.record.sha256.weights == published_gpt2_weights.sha256;
  return fmt::format("---\nlibrary_name: {}\npipeline_tag: text-classification\n{}{}tags:\n- agsweep\n{}{}---\n", library,
                     on_the_hub ? fmt::format("base_model: {}\n", literal(base_name)) : "", published ? "license: mit\n" : "",
                     library == "peft" ? "- lora\n" : "", model_index(run));
}

std::string origin(const LoraRun& run) {
  std::string text = fmt::format("The GPT-2 that it was trained from has the weights of SHA-256 `{}`.\n", run.record.sha256.weights);
  if (run.record.random_base)
    text += "\n**These were random, not GPT-2's published ones: it had never read a text before this training.**\n";
  if (run.record.synthetic) text += "\n**The training corpus was made up (`agsweep prepare --synthetic`): no real news.**\n";
  return text;
}

std::string texts_rule(const LoraRun& run) {
  return fmt::format(
      "The training's texts had no white space at either end, and were cut to {} tokens: `truncation=True` cuts so. `<|endoftext|>` in a "
      "text is plain text.\n",
      run.record.max_length);
}

std::string classes(const LoraRun& run) { return fmt::format("{}", fmt::join(run.record.class_names, ", ")); }

}  // namespace

std::string adapter_card(const LoraRun& run, const LoraConfig& lora, const std::string& base_name) {
  const std::string code = fmt::format(R"(import torch
from peft import PeftModel
from transformers import AutoModelForSequenceClassification, AutoTokenizer

base = {base}
folder = "."  # of this README.md
names = {names}

tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForSequenceClassification.from_pretrained(
    base, num_labels={classes}, id2label=dict(enumerate(names)), label2id={{name: label for label, name in enumerate(names)}},
    pad_token_id={pad}, dtype=torch.float32)
model = PeftModel.from_pretrained(model, folder).eval()

texts = {texts}
with torch.no_grad():
    logits = model(**tokenizer(texts, padding=True, truncation=True, return_tensors="pt")).logits
print([names[label] for label in logits.argmax(-1)])
)",
                                       fmt::arg("base", literal(base_name)), fmt::arg("names", literal(run.record.class_names)),
                                       fmt::arg("classes", run.record.class_names.size()), fmt::arg("pad", run.tokenizer.end_of_text),
                                       fmt::arg("texts", example_texts));
  return fmt::format(
      "{}\n# GPT-2 with LoRA: {}\n\nAn adapter of rank {} (alpha {}, on {}) and a classification head, trained by agsweep; for Python's "
      "peft.\n\n{}\n```python\n{}```\n\n{}{}",
      front_matter(run, "peft", base_name), classes(run), lora.rank, lora.alpha, fmt::join(lora.targets, ", "), origin(run), code,
      texts_rule(run), results(run));
}

std::string merged_card(const LoraRun& run) {
  const std::string code = fmt::format(R"(from transformers import pipeline

classify = pipeline("text-classification", ".")  # the folder of this README.md
print(classify({}, truncation=True, batch_size=2))
)",
                                       example_texts);
  return fmt::format(
      "{}\n# GPT-2: {}\n\nA GPT-2 for text classification, trained by agsweep {}; for Python's "
      "transformers.\n\n{}\n```python\n{}```\n\n{}{}",
      front_matter(run, "transformers", usual_base_name(run)), classes(run),
      run.config.full ? "as a whole" : "with LoRA, its adapter merged into the weights", origin(run), code, texts_rule(run), results(run));
}

}  // namespace agsweep
