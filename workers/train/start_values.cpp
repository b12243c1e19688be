#include "workers/train/start_values.hpp"

#include "base/error.hpp"
#include "workers/gpt2/checkpoint_files.hpp"
#include "workers/gpt2/gpt2_config.hpp"
#include "workers/lora/adapter_folder.hpp"
#include "workers/train/shared_weights.hpp"

namespace agsweep {

namespace {

/// Another scale would train on from another model than the adapter's.
void check_adapter(const TrainConfig& config) {
  if (!is_adapter_folder(config.init)) return;
  const LoraConfig theirs = read_adapter_folder(config.init).lora;
  if (config.model != ModelKind::gpt2_lora || config.full) throw UsageError("--init: {} holds LoRA adapters", config.init.string());
  if (theirs.rank != config.lora_rank) {
    throw UsageError("--init: {} has the rank {}; give --lora-rank {}", config.init.string(), theirs.rank, theirs.rank);
  }
  const LoraConfig ours = lora_of(config, read_gpt2_config(find_checkpoint_files(config.weights).config));
  if (theirs.scale() != ours.scale()) {
    throw UsageError("--init: {} has the alpha {} and rslora {}; give --lora-alpha {} --rslora {}", config.init.string(), theirs.alpha,
                     to_word(theirs.rslora), theirs.alpha, to_word(theirs.rslora));
  }
}

}  // namespace

at::Tensor start_values(const Model& model, const TrainConfig& config, SharedWeights& shared) {
  if (config.init.empty()) {
    if (config.weights.empty()) return shared.initial_values(model.layout(), config.seed);
    return model.start_values(config.seed);  // from the base's weights too
  }
  check_adapter(config);
  return read_weights(model.layout(), config.init);
}

}  // namespace agsweep
