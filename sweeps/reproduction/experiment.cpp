#include "sweeps/reproduction/experiment.hpp"

#include <algorithm>  // std::find, std::max, std::min
#include <cmath>      // std::llround

#include <fmt/format.h>

namespace agsweep {

namespace {

constexpr std::int64_t batch_rows = 192;
constexpr std::int64_t few_examples_batch = 32;
constexpr std::array<std::int64_t, 3> few_examples = {100, 1'000, 10'000};

FixedOption fixed(std::string key, ParameterValue value) { return {.key = std::move(key), .value = std::move(value), .origin = {}}; }

/// The recipe of the paper, as `purpose` says with changes.
Arm recipe(std::string name, std::string_view model, std::string purpose) {
  const bool scratch = model == "scratch";
  return {.name = std::move(name),
          .model = std::string(model),
          .purpose = std::move(purpose),
          .rates = {scratch ? 1e-3 : 2e-5},
          .rate_of = {},
          .epochs = recipe_epochs(model),
          .warmup_steps = scratch ? 2000 : 500};
}

Arm with_rate(std::string name, std::string_view model, double rate, const std::string& word) {
  Arm arm = recipe(std::move(name), model, "peak rate " + word);
  arm.rates = {rate};
  return arm;
}

Arm with(Arm arm, std::vector<FixedOption> options) {
  arm.fixed.insert(arm.fixed.end(), options.begin(), options.end());
  return arm;
}

Arm tested(Arm arm) {
  arm.tested = true;
  return arm;
}

/// Trainings on few rows take smaller batches and more epochs, with LoRA at a rate at which it learns.
Arm on_few_rows(std::string_view model, std::int64_t rows) {
  Arm arm = recipe(fmt::format("{}-{}-rows", model, rows), model, fmt::format("{} training rows", rows));
  arm.rates = {model == "scratch" ? 1e-3 : 5e-4};
  arm.epochs = 50;
  return tested(with(arm, {fixed("train_limit", rows), fixed("batch_size", few_examples_batch), fixed("patience", std::int64_t{10})}));
}

/// A search for the rate, and the recipe at the rate that it finds. Both models have the same number of rates and epochs.
std::array<Arm, 2> tuned(std::string_view model) {
  Arm search = recipe(fmt::format("{}-tuning", model), model, "search for the peak rate");
  search.rates = model == "scratch" ? std::vector{1e-4, 3e-4, 1e-3, 2e-3, 3e-3, 5e-3} : std::vector{2e-5, 5e-5, 1e-4, 3e-4, 1e-3, 3e-3};
  search.epochs = 10;
  Arm best = tested(recipe(fmt::format("{}-tuned", model), model, "at its best peak rate"));
  best.rate_of = search.name;
  return {search, best};
}

void add_more_scratch(std::vector<Arm>& arms) {
  arms.push_back(with_rate("scratch-lr-5e-3", "scratch", 5e-3, "5e-3"));
  arms.push_back(with_rate("scratch-lr-1e-4", "scratch", 1e-4, "1e-4"));
  arms.push_back(with(recipe("scratch-dropout-0.5", "scratch", "dropout 0.5"), {fixed("dropout", 0.5)}));
  arms.push_back(with(recipe("scratch-small", "scratch", "width 96, 2 layers"),
                      {fixed("d_model", std::int64_t{96}), fixed("ffn", std::int64_t{384}), fixed("layers", std::int64_t{2})}));
}

void add_more_lora(std::vector<Arm>& arms) {
  arms.push_back(with_rate("gpt2-lora-lr-5e-5", "gpt2-lora", 5e-5, "5e-5"));
  arms.push_back(tested(with(recipe("gpt2-lora-rank-32", "gpt2-lora", "rank 32"),
                             {fixed("lora_rank", std::int64_t{32}), fixed("lora_alpha", std::string("2r"))})));
  arms.push_back(tested(with(recipe("gpt2-full", "gpt2-lora", "all weights trained"), {fixed("full", true)})));
}

}  // namespace

std::int64_t scaled_epochs(std::int64_t epochs, double scale) {
  return std::max<std::int64_t>(1, std::llround(static_cast<double>(epochs) * scale));
}

const PublishedResult& published_of(std::string_view model) {
  return *std::find_if(published_results.begin(), published_results.end(), [&](const auto& one) { return one.model == model; });
}

std::int64_t recipe_epochs(std::string_view model) { return model == "scratch" ? 50 : 10; }

std::vector<Arm> arms_of(const Reproduction& reproduction, std::int64_t train_rows) {
  std::vector<Arm> arms;
  for (const std::string& model : reproduction.models) arms.push_back(tested(recipe(model, model, "as published")));
  if (reproduction.claims == ClaimScope::main) return arms;
  for (const std::string& model : reproduction.models) {
    if (model == "scratch") add_more_scratch(arms);
    if (model == "gpt2-lora") add_more_lora(arms);
    for (const std::int64_t rows : few_examples) {
      if (rows < train_rows) arms.push_back(on_few_rows(model, rows));
    }
    for (Arm& arm : tuned(model)) arms.push_back(std::move(arm));
  }
  return arms;
}

SweepSpec spec_of(const Arm& arm, const std::vector<double>& rates, const Reproduction& reproduction, std::int64_t train_rows) {
  SweepSpec spec{.name = arm.name, .model = arm.model, .sampler = SamplerKind::grid};
  spec.seeds = arm.rates.size() > 1 ? std::vector{tuning_seed} : reproduction.seeds;
  spec.keep = arm.tested ? -1 : 0;
  std::int64_t rows = train_rows;
  std::int64_t batch = batch_rows;
  for (const FixedOption& option : arm.fixed) {
    if (option.key == "train_limit") rows = std::get<std::int64_t>(option.value);
    if (option.key == "batch_size") batch = std::get<std::int64_t>(option.value);
  }
  const std::int64_t epochs = scaled_epochs(arm.epochs, reproduction.epochs_scale);
  const std::int64_t total_steps = epochs * ((rows + batch - 1) / batch);
  // As train has it for a warm-up that nobody chose: at most 30 % of the steps, and none below 2.
  const std::int64_t warmup = std::min(std::llround(static_cast<double>(arm.warmup_steps) * reproduction.epochs_scale),
                                       static_cast<long long>(total_steps * 3 / 10));
  spec.fixed = {fixed("epochs", epochs), fixed("warmup_steps", warmup < 2 ? std::int64_t{0} : warmup)};
  spec.fixed.insert(spec.fixed.end(), arm.fixed.begin(), arm.fixed.end());
  Parameter rate{.key = "lr", .scale = Scale::values};
  for (const double value : rates) rate.values.emplace_back(value);
  spec.space = {rate};
  spec.trials = static_cast<std::int64_t>(rates.size());
  return spec;
}

}  // namespace agsweep
