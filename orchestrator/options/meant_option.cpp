#include "orchestrator/options/meant_option.hpp"

#include <algorithm>  // std::ranges::find, std::replace
#include <array>
#include <string>
#include <utility>  // std::pair

#include "base/nearest_name.hpp"

namespace agsweep {

namespace {

/// Names of transformers, peft, PyTorch, Lightning and nanoGPT, and agsweep's.
constexpr std::array foreign_names = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"n-layer", "layers"},
    {"n-layers", "layers"},
    {"num-layers", "layers"},
    {"num-hidden-layers", "layers"},
    {"depth", "layers"},
    {"hidden-size", "d-model"},
    {"n-embd", "d-model"},
    {"embedding-dim", "d-model"},
    {"width", "d-model"},
    {"n-head", "heads"},
    {"n-heads", "heads"},
    {"nhead", "heads"},
    {"num-heads", "heads"},
    {"num-attention-heads", "heads"},
    {"d-ff", "ffn"},
    {"dim-feedforward", "ffn"},
    {"intermediate-size", "ffn"},
    {"n-inner", "ffn"},
    {"init-checkpoint", "init"},
    {"warm-start", "init"},
    {"model-name-or-path", "weights"},
    {"base-model", "weights"},
    {"pretrained", "weights"},
    {"r", "lora-rank"},
    {"rank", "lora-rank"},
    {"lora-r", "lora-rank"},
    {"alpha", "lora-alpha"},
    {"target-modules", "lora-targets"},
    {"lora-target-modules", "lora-targets"},
    {"use-rslora", "rslora"},
    {"num-train-epochs", "epochs"},
    {"num-epochs", "epochs"},
    {"n-epochs", "epochs"},
    {"max-epochs", "epochs"},
    {"per-device-train-batch-size", "batch-size"},
    {"train-batch-size", "batch-size"},
    {"global-batch-size", "batch-size"},
    {"bs", "batch-size"},
    {"learning-rate", "lr"},
    {"max-lr", "lr"},
    {"peak-lr", "lr"},
    {"num-warmup-steps", "warmup-steps"},
    {"warmup-ratio", "warmup-steps"},
    {"warmup-iters", "warmup-steps"},
    {"wd", "weight-decay"},
    {"max-grad-norm", "clip-norm"},
    {"grad-clip", "clip-norm"},
    {"gradient-clip-val", "clip-norm"},
    {"clip-grad-norm", "clip-norm"},
    {"label-smoothing-factor", "label-smoothing"},
    {"hidden-dropout-prob", "dropout"},
    {"resid-pdrop", "dropout"},
    {"dropout-rate", "dropout"},
    {"early-stopping-patience", "patience"},
    {"early-stopping", "patience"},
    {"metric-for-best-model", "metric"},
    {"monitor", "metric"},
    {"objective", "metric"},
    {"max-train-steps", "max-steps"},
    {"num-train-steps", "max-steps"},
    {"max-iters", "max-steps"},
    {"max-train-samples", "train-limit"},
    {"limit-train-batches", "train-limit"},
    {"random-seed", "seed"},
    {"random-state", "seed"},
    {"accelerator", "device"},
    {"dtype", "precision"},
    {"torch-dtype", "precision"},
    {"mixed-precision", "precision"},
    {"amp", "precision"},
    {"fp16", "precision"},
    {"bf16", "precision"},
    {"num-threads", "threads"},
    {"num-workers", "threads"},
    {"omp-num-threads", "threads"},
    {"logging-steps", "log-every"},
    {"log-interval", "log-every"},
    {"save-steps", "checkpoint-every"},
    {"save-every", "checkpoint-every"},
    {"checkpoint-interval", "checkpoint-every"},
    {"gradient-checkpointing", "activation-checkpointing"},
    {"output", "out"},
    {"output-dir", "out"},
    {"resume-from-checkpoint", "resume"},
});

}  // namespace

const Option* meant_option(std::string_view name, const std::vector<Option>& options) {
  std::string dashed(name);
  std::replace(dashed.begin(), dashed.end(), '_', '-');
  const auto called = [&](std::string_view wanted) {
    const auto found = std::ranges::find(options, wanted, &Option::name);
    return found == options.end() ? nullptr : &*found;
  };
  std::vector<std::string_view> names;
  for (const Option& option : options) names.push_back(option.name);
  for (const auto& [foreign, own] : foreign_names) {
    if (called(own) == nullptr) continue;  // no option of this command
    if (foreign == dashed) return called(own);
    names.push_back(foreign);  // behind the own ones, which win at the same distance
  }
  const std::string nearest = nearest_name(dashed, names);
  const auto foreign = std::ranges::find(foreign_names, nearest, &std::pair<std::string_view, std::string_view>::first);
  return called(foreign == foreign_names.end() ? std::string_view(nearest) : foreign->second);
}

}  // namespace agsweep
