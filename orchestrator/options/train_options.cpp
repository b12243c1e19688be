#include "orchestrator/options/train_options.hpp"

#include <algorithm>  // std::find
#include <optional>
#include <utility>  // std::move

#include "base/error.hpp"
#include "orchestrator/options/common_options.hpp"
#include "orchestrator/options/meant_option.hpp"
#include "workers/lora/lora_config.hpp"  // parse_alpha, parse_targets

namespace agsweep {

namespace {

using C = TrainConfig;

OptionTable<TrainConfig> model_options() {
  return {
      {&C::model,
       {.name = "model",
        .placeholder = "NAME",
        .help = "scratch: a causal transformer, trained from random weights; gpt2-lora: a pre-trained GPT-2 with low-rank adapters"}},
      {&C::layers, {.name = "layers", .range = between(1, 1000), .only_for = {ModelKind::scratch}, .help = "transformer blocks"}},
      {&C::d_model,
       {.name = "d-model", .range = between(2, 65536), .only_for = {ModelKind::scratch}, .help = "width of the token vectors; even"}},
      {&C::heads,
       {.name = "heads", .range = between(1, 65536), .only_for = {ModelKind::scratch}, .help = "attention heads; divide --d-model"}},
      {&C::ffn, {.name = "ffn", .range = between(1, 1000000), .only_for = {ModelKind::scratch}, .help = "width of the feed-forward layer"}},
      {&C::init,
       {.name = "init",
        .placeholder = "FILE",
        .in_config_hash = false,  // but its SHA-256
        .help = "start from the trained weights in this safetensors file or peft adapter folder instead of random ones"}},
      {&C::weights,
       {.name = "weights",
        .placeholder = "DIR",
        .only_for = {ModelKind::gpt2_lora},
        .in_config_hash = false,  // but its tensors' SHA-256
        .help = "a GPT-2 in Hugging Face's format: config.json and model.safetensors"}},
      {&C::lora_rank,
       {.name = "lora-rank",
        .range = between(1, 65536),
        .only_for = {ModelKind::gpt2_lora},
        .help = "rank of the adapters; at most the model's width"}},
      {&C::lora_alpha,
       {.name = "lora-alpha",
        .placeholder = "X",
        .check = [](std::string_view text, std::string_view origin) { parse_alpha(text, 1, origin); },
        .only_for = {ModelKind::gpt2_lora},
        .help = "an adapter counts alpha / rank times: a number, or a multiple of the rank such as 2r"}},
      {&C::lora_dropout,
       {.name = "lora-dropout",
        .placeholder = "X",
        .range = from_below(0, 1),
        .only_for = {ModelKind::gpt2_lora},
        .help = "probability of a zero in an adapter's input"}},
      {&C::lora_targets,
       {.name = "lora-targets",
        .placeholder = "LIST",
        .check = [](std::string_view text, std::string_view origin) { parse_targets(text, std::nullopt, origin); },
        .only_for = {ModelKind::gpt2_lora},
        .help = "layers with adapters, by the ends of their names as in peft: c_attn, attn.c_proj, mlp.c_fc, mlp.c_proj, c_proj, ..."}},
      {&C::rslora, {.name = "rslora", .only_for = {ModelKind::gpt2_lora}, .help = "an adapter counts alpha / sqrt(rank) times instead"}},
      {&C::full, {.name = "full", .only_for = {ModelKind::gpt2_lora}, .help = "train all of GPT-2, without adapters"}},
  };
}

OptionTable<TrainConfig> training_options() {
  return {
      {&C::epochs,
       {.name = "epochs",
        .range = between(1, 1000000),
        .by_model = {{ModelKind::gpt2_lora, 10}},
        .help = "passes over the training rows; the length of the learning-rate schedule"}},
      {&C::batch_size,
       {.name = "batch-size", .range = between(1, 1000000), .help = "rows of the global batch, over all ranks; at least --shards"}},
      {&C::lr,
       {.name = "lr",
        .placeholder = "X",
        .range = above_up_to(0, 1),
        .by_model = {{ModelKind::gpt2_lora, 2e-5}},
        .help = "peak learning rate of the OneCycle schedule"}},
      {&C::warmup_steps,
       {.name = "warmup-steps",
        .range = at_least(0),
        .by_model = {{ModelKind::gpt2_lora, 500}},
        .follows_other_options = true,
        .help = "steps up to the peak: 0 to start at it, or 2 to the run's total; not given, at most 30 % of the total"}},
      {&C::weight_decay,
       {.name = "weight-decay",
        .placeholder = "X",
        .range = between(0, 1),
        .help = "AdamW's decoupled weight decay, on every trained parameter"}},
      {&C::clip_norm,
       {.name = "clip-norm", .placeholder = "X", .range = at_least(0), .help = "largest global norm of the gradient; 0 for no clipping"}},
      {&C::label_smoothing,
       {.name = "label-smoothing",
        .placeholder = "X",
        .range = from_below(0, 1),
        .by_model = {{ModelKind::gpt2_lora, 0.0}},
        .help = "part of the target that goes to all classes alike"}},
      {&C::dropout,
       {.name = "dropout",
        .placeholder = "X",
        .range = from_below(0, 1),
        .by_model = {{ModelKind::gpt2_lora, 0.1}},
        .help = "probability of a zero after the embedding and on each residual; in GPT-2 of the attention's probabilities too"}},
      {&C::patience,
       {.name = "patience",
        .range = at_least(0),
        .by_model = {{ModelKind::gpt2_lora, 0}},
        .help = "stop after so many epochs without a better --metric; 0: never"}},
      {&C::metric, {.name = "metric", .placeholder = "NAME", .help = "what makes an epoch the best; the loss is minimised"}},
      {&C::max_steps,
       {.name = "max-steps", .range = at_least(0), .help = "end after so many steps, the schedule staying as it is; 0: no limit"}},
      {&C::train_limit,
       {.name = "train-limit",
        .range = at_least(0),
        .help = "train on a stratified sample of so many rows, the same for every run on one corpus; 0: all rows"}},
      {&C::val_limit,
       {.name = "val-limit",
        .range = at_least(0),
        .in_old_config_hash = false,
        .help = "validate after each epoch on a stratified sample of so many rows, likewise; 0: all rows"}},
      {&C::seed, {.name = "seed", .range = at_least(0), .in_config_hash = false, .help = "of weights, order and dropout"}},
  };
}

OptionTable<TrainConfig> numerics_options() {
  return {
      {&C::device,
       {.name = "device",
        .placeholder = "NAME",
        .automatic = "cuda where an NVIDIA GPU is found",
        .in_config_hash = false,
        .help = "where to compute"}},
      {&C::precision,
       {.name = "precision",
        .placeholder = "NAME",
        .automatic = "bf16 on cuda, fp32 on cpu",
        .help = "of matrix products; weights and sums are always fp32"}},
      {&C::threads,
       {.name = "threads",
        .range = between(1, 65536),
        .automatic = "the CPUs that this rank may use",
        .in_config_hash = false,
        .may_change_on_resume = true,
        .help = "threads of each rank; the result does not depend on them"}},
      {&C::shards,
       {.name = "shards",
        .range = between(1, 65536),
        .automatic = "the smallest power of two that is at least 8 and at least ranks x threads, unless that is above the batch",
        .help = "parts of a batch whose gradients are summed in a fixed order: the unit of work of a thread"}},
      {&C::reduction,
       {.name = "reduction",
        .placeholder = "NAME",
        .automatic = "allreduce on cuda, tree on cpu",
        .help = "tree: the same bits for any number of ranks; allreduce: the library's own sum, not bit-stable"}},
      {&C::graphs,
       {.name = "graphs",
        .placeholder = "NAME",
        .in_config_hash = false,
        .may_change_on_resume = true,
        .help = "of a device: record a step's launches once and repeat them as a whole, the same bits; auto: what is faster in the first "
                "steps"}},
      {&C::activation_checkpointing,
       {.name = "activation-checkpointing",
        .in_config_hash = false,
        .may_change_on_resume = true,
        .help = "keep each block's input alone for the backward pass and compute the rest again: less memory, more time, the same bits"}},
  };
}

OptionTable<TrainConfig> running_options() {
  return {
      {&C::log_every,
       {.name = "log-every",
        .range = between(1, 1000000000),
        .in_config_hash = false,
        .may_change_on_resume = true,
        .help = "steps between two lines of log.txt"}},
      {&C::checkpoint_every,
       {.name = "checkpoint-every",
        .range = at_least(0),
        .in_config_hash = false,
        .may_change_on_resume = true,
        .help = "steps between two checkpoints, besides the one at each epoch's end; 0: only those"}},
      {&C::timeout, timeout_option()},
      {&C::tensorboard, {.name = "tensorboard", .in_config_hash = false, .help = "write event files for TensorBoard"}},
  };
}

OptionTable<TrainConfig> make_table() {
  OptionTable<TrainConfig> table;
  const auto add = [&table](std::string_view group, const OptionTable<TrainConfig>& entries) {
    for (OptionEntry<TrainConfig> entry : entries) {
      entry.option.group = group;
      table.push_back(std::move(entry));
    }
  };
  add("Model", model_options());
  add("Training", training_options());
  add("Device and numerics", numerics_options());
  add("Running", running_options());
  return table;
}

}  // namespace

const OptionTable<TrainConfig>& train_options() {
  static const OptionTable<TrainConfig> table = make_table();
  return table;
}

OptionTable<TrainConfig> passing_options(std::initializer_list<std::string_view> also) {
  OptionTable<TrainConfig> passing;
  for (const auto& entry : train_options()) {
    const bool named = std::find(also.begin(), also.end(), entry.option.name) != also.end();
    if (entry.option.may_change_on_resume || named) passing.push_back(entry);
  }
  return passing;
}

const Option& option_of_key(std::string_view key, std::string_view origin) {
  for (const auto& entry : train_options()) {
    if (entry.option.key() == key) return entry.option;
  }
  const std::vector<Option> options = options_of(train_options());
  const Option* const meant = meant_option(key, options);
  throw UsageError("{}: unknown key{}", origin, meant == nullptr ? "" : fmt::format("; did you mean {}?", meant->key()));
}

TrainConfig default_config(ModelKind model) {
  TrainConfig config;
  config.model = model;
  for (const auto& entry : train_options()) {
    for (const auto& [whose, value] : entry.option.by_model) {
      if (whose == model) entry.set(config, value);
    }
  }
  return config;
}

TrainConfig filled_config(const AskedOptions& asked) {
  TrainConfig chosen;
  fill(train_options(), asked, chosen);
  TrainConfig config = default_config(chosen.model);
  fill(train_options(), asked, config);
  return config;
}

}  // namespace agsweep
