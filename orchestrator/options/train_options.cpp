#include "orchestrator/options/train_options.hpp"

namespace agsweep {

namespace {

using C = TrainConfig;

// Groups, in the order of help.
constexpr std::string_view model = "Model", training = "Training", numerics = "Device and numerics", running = "Running";

OptionTable<TrainConfig> make_table() {
  return {
      {&C::model,
       {.name = "model",
        .placeholder = "NAME",
        .words = {"scratch", "gpt2-lora"},
        .changes_result = true,
        .group = model,
        .help = "scratch: a causal transformer, trained from random weights; gpt2-lora: a pre-trained GPT-2 with low-rank adapters"}},
      {&C::layers,
       {.name = "layers",
        .range = between(1, 1000),
        .only_for = "scratch",
        .changes_result = true,
        .group = model,
        .help = "transformer blocks"}},
      {&C::d_model,
       {.name = "d-model",
        .range = between(2, 65536),
        .only_for = "scratch",
        .changes_result = true,
        .group = model,
        .help = "width of the token vectors; even"}},
      {&C::heads,
       {.name = "heads",
        .range = between(1, 65536),
        .only_for = "scratch",
        .changes_result = true,
        .group = model,
        .help = "attention heads; divide --d-model"}},
      {&C::ffn,
       {.name = "ffn",
        .range = between(1, 1000000),
        .only_for = "scratch",
        .changes_result = true,
        .group = model,
        .help = "width of the feed-forward layer"}},
      {&C::init,
       {.name = "init",
        .placeholder = "FILE",
        .group = model,  // config_hash has its SHA-256 instead of the path
        .help = "start from the trained weights in this safetensors file or peft adapter folder instead of random ones"}},
      {&C::weights,
       {.name = "weights",
        .placeholder = "DIR",
        .only_for = "gpt2-lora",
        .group = model,  // config_hash has their SHA-256 instead of the path
        .help = "a GPT-2 in Hugging Face's format: config.json and model.safetensors"}},
      {&C::lora_rank,
       {.name = "lora-rank",
        .range = between(1, 65536),
        .only_for = "gpt2-lora",
        .changes_result = true,
        .group = model,
        .help = "rank of the adapters; at most the model's width"}},
      {&C::lora_alpha,
       {.name = "lora-alpha",
        .placeholder = "X",
        .only_for = "gpt2-lora",
        .changes_result = true,
        .group = model,
        .help = "an adapter counts alpha / rank times: a number, or a multiple of the rank such as 2r"}},
      {&C::lora_dropout,
       {.name = "lora-dropout",
        .placeholder = "X",
        .range = from_below(0, 1),
        .only_for = "gpt2-lora",
        .changes_result = true,
        .group = model,
        .help = "probability of a zero in an adapter's input"}},
      {&C::lora_targets,
       {.name = "lora-targets",
        .placeholder = "LIST",
        .only_for = "gpt2-lora",
        .changes_result = true,
        .group = model,
        .help = "layers with adapters, by the ends of their names as in peft: c_attn, attn.c_proj, mlp.c_fc, mlp.c_proj, c_proj, ..."}},
      {&C::rslora,
       {.name = "rslora",
        .placeholder = "on|off",
        .only_for = "gpt2-lora",
        .changes_result = true,
        .group = model,
        .help = "an adapter counts alpha / sqrt(rank) times instead"}},
      {&C::full,
       {.name = "full",
        .placeholder = "on|off",
        .only_for = "gpt2-lora",
        .changes_result = true,
        .group = model,
        .help = "train all of GPT-2, without adapters"}},

      {&C::epochs,
       {.name = "epochs",
        .range = between(1, 1000000),
        .by_model = {{"scratch", "50"}, {"gpt2-lora", "10"}},
        .changes_result = true,
        .group = training,
        .help = "passes over the training rows; the length of the learning-rate schedule"}},
      {&C::batch_size,
       {.name = "batch-size",
        .range = between(1, 1000000),
        .changes_result = true,
        .group = training,
        .help = "rows of the global batch, over all ranks; at least --shards"}},
      {&C::lr,
       {.name = "lr",
        .placeholder = "X",
        .range = above_up_to(0, 1),
        .by_model = {{"scratch", "1e-3"}, {"gpt2-lora", "2e-5"}},
        .changes_result = true,
        .group = training,
        .help = "peak learning rate of the OneCycle schedule"}},
      {&C::warmup_steps,
       {.name = "warmup-steps",
        .range = at_least(0),
        .by_model = {{"scratch", "2000"}, {"gpt2-lora", "500"}},
        .changes_result = true,
        .follows_other_options = true,
        .group = training,
        .help = "steps up to the peak: 0 to start at it, or 2 to the run's total; not given, at most 30 % of the total"}},
      {&C::weight_decay,
       {.name = "weight-decay",
        .placeholder = "X",
        .range = between(0, 1),
        .changes_result = true,
        .group = training,
        .help = "AdamW's decoupled weight decay, on every trained parameter"}},
      {&C::clip_norm,
       {.name = "clip-norm",
        .placeholder = "X",
        .range = at_least(0),
        .changes_result = true,
        .group = training,
        .help = "largest global norm of the gradient; 0 for no clipping"}},
      {&C::label_smoothing,
       {.name = "label-smoothing",
        .placeholder = "X",
        .range = from_below(0, 1),
        .by_model = {{"scratch", "0.1"}, {"gpt2-lora", "0"}},
        .changes_result = true,
        .group = training,
        .help = "part of the target that goes to all classes alike"}},
      {&C::dropout,
       {.name = "dropout",
        .placeholder = "X",
        .range = from_below(0, 1),
        .by_model = {{"scratch", "0.3"}, {"gpt2-lora", "0.1"}},
        .changes_result = true,
        .group = training,
        .help = "probability of a zero after the embedding and on each residual; in GPT-2 of the attention's probabilities too"}},
      {&C::patience,
       {.name = "patience",
        .range = at_least(0),
        .by_model = {{"scratch", "10"}, {"gpt2-lora", "0"}},
        .changes_result = true,
        .group = training,
        .help = "stop after so many epochs without a better --metric; 0: never"}},
      {&C::metric,
       {.name = "metric",
        .placeholder = "NAME",
        .words = {"val.loss", "val.accuracy", "val.f1_macro", "val.f1_weighted", "val.precision_macro", "val.recall_macro"},
        .changes_result = true,
        .group = training,
        .help = "what makes an epoch the best; the loss is minimised"}},
      {&C::max_steps,
       {.name = "max-steps",
        .range = at_least(0),
        .changes_result = true,
        .group = training,
        .help = "end after so many steps, the schedule staying as it is; 0: no limit"}},
      {&C::train_limit,
       {.name = "train-limit",
        .range = at_least(0),
        .changes_result = true,
        .group = training,
        .help = "train on a stratified sample of so many rows, the same for every run on one corpus; 0: all rows"}},
      {&C::seed, {.name = "seed", .range = at_least(0), .group = training, .help = "of weights, order and dropout"}},

      {&C::device,
       {.name = "device",
        .placeholder = "NAME",
        .words = {"cpu"},
        .refused = {{"cuda", "this build has no CUDA"}},
        .automatic = "cpu in this build",
        .group = numerics,
        .help = "where to compute"}},
      {&C::precision,
       {.name = "precision",
        .placeholder = "NAME",
        .words = {"fp32", "bf16"},
        .automatic = "fp32 on cpu",
        .changes_result = true,
        .group = numerics,
        .help = "of matrix products; weights and sums are always fp32"}},
      {&C::threads,
       {.name = "threads",
        .range = between(1, 65536),
        .automatic = "the CPUs that this rank may use",
        .may_change_on_resume = true,
        .group = numerics,
        .help = "threads of each rank; the result does not depend on them"}},
      {&C::shards,
       {.name = "shards",
        .range = between(1, 65536),
        .automatic = "the smallest power of two that is at least 8 and at least ranks x threads, unless that is above the batch",
        .changes_result = true,
        .group = numerics,
        .help = "parts of a batch whose gradients are summed in a fixed order: the unit of work of a thread"}},
      {&C::reduction,
       {.name = "reduction",
        .placeholder = "NAME",
        .words = {"tree", "allreduce"},
        .changes_result = true,
        .group = numerics,
        .help = "tree: the same bits for any number of ranks; allreduce: MPI's own sum, not bit-stable"}},

      {&C::log_every,
       {.name = "log-every",
        .range = between(1, 1000000000),
        .may_change_on_resume = true,
        .group = running,
        .help = "steps between two lines of log.txt"}},
      {&C::checkpoint_every,
       {.name = "checkpoint-every",
        .range = at_least(0),
        .may_change_on_resume = true,
        .group = running,
        .help = "steps between two checkpoints, besides the one at each epoch's end; 0: only those"}},
      {&C::timeout,
       {.name = "timeout",
        .placeholder = "SECONDS",
        .range = above_up_to(0, 1000000),
        .may_change_on_resume = true,
        .group = running,
        .help = "end the job when a rank has been silent for so long"}},
      {&C::tensorboard, {.name = "tensorboard", .placeholder = "on|off", .group = running, .help = "write event files for TensorBoard"}},
  };
}

}  // namespace

const OptionTable<TrainConfig>& train_options() {
  static const OptionTable<TrainConfig> table = make_table();
  return table;
}

std::string_view model_name(ModelKind model_kind) {
  static const std::string_view names[] = {"scratch", "gpt2-lora"};
  return names[static_cast<std::size_t>(model_kind)];
}

TrainConfig default_config(ModelKind model_kind) {
  TrainConfig config;
  config.model = model_kind;
  std::string model_word;
  for (const auto& entry : train_options()) {
    if (entry.option.name == "model") model_word = to_text(entry.get(config));
  }
  for (const auto& entry : train_options()) {
    for (const auto& [word, text] : entry.option.by_model) {
      if (word == model_word) entry.set(config, parse_value(entry.option, text, entry.option.name));
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
