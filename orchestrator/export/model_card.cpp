#include "orchestrator/export/model_card.hpp"

#include <filesystem>

#include <fmt/ranges.h>  // fmt::join
#include <nlohmann/json.hpp>

namespace agsweep {

namespace {

constexpr const char* example_texts = R"(["Oil prices rise again", "The home team won the final 3-1 in extra time"])";

/// A text as Python and YAML write it too.
std::string literal(const std::string& text) { return nlohmann::json(text).dump(); }

std::string literal(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "" : ", ") + literal(text);
  return "[" + list + "]";
}

/// What the Hugging Face Hub reads. A folder is no name there.
std::string front_matter(const std::string& library, const std::string& base_name) {
  const bool on_the_hub = !base_name.empty() && !base_name.starts_with('/') && !base_name.starts_with('.');
  return fmt::format("---\nlibrary_name: {}\npipeline_tag: text-classification\n{}---\n", library,
                     on_the_hub ? fmt::format("base_model: {}\n", literal(base_name)) : "");
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
      "peft.\n\n{}\n```python\n{}```\n\n{}",
      front_matter("peft", base_name), classes(run), lora.rank, lora.alpha, fmt::join(lora.targets, ", "), origin(run), code,
      texts_rule(run));
}

std::string merged_card(const LoraRun& run) {
  const std::string code = fmt::format(R"(from transformers import pipeline

classify = pipeline("text-classification", ".")  # the folder of this README.md
print(classify({}, truncation=True, batch_size=2))
)",
                                       example_texts);
  return fmt::format(
      "{}\n# GPT-2: {}\n\nA GPT-2 for text classification, trained by agsweep {}; for Python's transformers.\n\n{}\n```python\n{}```\n\n{}",
      front_matter("transformers", ""), classes(run), run.config.full ? "as a whole" : "with LoRA, its adapter merged into the weights",
      origin(run), code, texts_rule(run));
}

}  // namespace agsweep
