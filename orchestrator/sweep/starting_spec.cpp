#include "orchestrator/sweep/starting_spec.hpp"

#include <algorithm>  // std::min

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "base/enum_words.hpp"
#include "base/metric.hpp"
#include "base/toml_text.hpp"
#include "orchestrator/options/train_options.hpp"  // default_config
#include "sweeps/space/sweep_spec.hpp"             // SamplerKind

namespace agsweep {

namespace {

constexpr const char* text =
    R"toml(# A sweep, for `agsweep sweep`. docs/files.md describes every key; --dry-run shows the configurations and what they will cost.
name = {name}
model = {model}{pad_model}# {models}
metric = "val.f1_macro"     # what makes a trial the best: {metrics}
sampler = "tpe"             # {samplers}; tpe learns from earlier trials, grid takes every combination of `values`
trials = 16                 # configurations; not for grid
seeds = [42]                # several: each configuration is trained once for each; not with tpe, nor with a scheduler
retries = 1                 # of a trial whose disk or network failed
keep = 3                    # of the best trials the weights stay; or "all", "none"

# What all trials share: any option of `agsweep help train`, with underscores for dashes.
[fixed]
epochs = 9                  # of a trial that goes on to the end; the length of its learning-rate schedule
train_limit = 20000         # a stratified sample of so many training rows, for a first look; 0: all
{fixed}
# What is searched, again any of those options: {{ range = [a, b] }}, {{ log = [a, b] }} (evenly in the logarithm), {{ int = [1, 6] }},
# {{ log_int = [2, 64] }}, {{ values = [..] }}.
[space]
{space}
# Trials that fall behind are stopped: after 1 and 3 epochs the best third goes on. kind = "none" trains each to its end; also "median".
[scheduler]
kind = "asha"
eta = 3
min_epochs = 1

# Configurations to begin with: here agsweep's defaults.
[[trial]]
{first})toml";

}  // namespace

std::string starting_spec(const std::string& name, ModelKind model) {
  const TrainConfig standard = default_config(model);
  const bool lora = model == ModelKind::gpt2_lora;
  const std::string model_text = toml_text(std::string(to_word(model)));
  return fmt::format(
      text, fmt::arg("name", toml_text(name)), fmt::arg("model", model_text),
      fmt::arg("pad_model", std::string(20 - std::min<std::size_t>(model_text.size(), 19), ' ')),
      fmt::arg("models", fmt::join(enum_words<ModelKind>, " | ")), fmt::arg("metrics", fmt::join(enum_words<Metric>, ", ")),
      fmt::arg("samplers", fmt::join(enum_words<SamplerKind>, " | ")),
      fmt::arg("fixed", lora ? "weights = \"gpt2\"            # of `agsweep fetch gpt2 --out gpt2`; from where the sweep is started\n"
                               "lora_alpha = \"2r\"           # follows the rank, so that a rank's effect is its own\n"
                             : ""),
      fmt::arg("space", lora
                            ? "lr = { log = [5e-5, 5e-3] }\nlora_rank = { values = [2, 4, 8, 16] }\nlora_dropout = { range = [0.0, 0.3] }\n"
                            : "lr = { log = [1e-4, 5e-3] }\ndropout = { range = [0.0, 0.5] }\n# layers = { int = [1, 6] }\n"),
      fmt::arg("first", lora ? fmt::format("lr = {}\nlora_rank = {}\nlora_dropout = {}\n", toml_text(standard.lr), standard.lora_rank,
                                           toml_text(standard.lora_dropout))
                             : fmt::format("lr = {}\ndropout = {}\n", toml_text(standard.lr), toml_text(standard.dropout))));
}

}  // namespace agsweep
