#include "sweeps/reproduction/reproduced.hpp"

#include <algorithm>  // std::ranges::any_of
#include <optional>
#include <utility>  // std::move

#include <fmt/format.h>

namespace agsweep {

namespace {

// GPT-2 small's weights and width.
constexpr std::int64_t gpt2_small_parameters = 124'439'808;
constexpr std::int64_t gpt2_small_width = 768;

}  // namespace

bool has_other_base(const TestedModel& arm) {
  // params_total has a head that is not trained, too, as peft counts.
  const auto frozen = static_cast<double>(gpt2_small_parameters + gpt2_small_width * static_cast<std::int64_t>(arm.classes()));
  return std::ranges::any_of(arm.runs, [frozen](const TestedRun& run) {
    const std::optional<double> all = result_number(*run.trial, {"params_total"});
    const std::optional<double> trained = result_number(*run.trial, {"params_trainable"});
    return all && trained && *all - *trained != frozen;
  });
}

Deviations deviations_of(const Reproduced& reproduced) {
  Deviations deviations;
  const auto decisive = [&](std::string text) {
    deviations.shown.push_back(text);
    deviations.decisive.push_back(std::move(text));
  };
  bool synthetic = false;
  bool random_base = false;
  bool other_base = false;
  const std::size_t classes = reproduced.arms.at(reproduced.plan.models.front()).classes();
  for (const std::string& model : reproduced.plan.models) {
    synthetic = synthetic || reproduced.arms.at(model).sweep.recorded.synthetic;
    random_base = random_base || reproduced.arms.at(model).sweep.recorded.random_base;
    other_base = other_base || (model == "gpt2-lora" && has_other_base(reproduced.arms.at(model)));
  }
  if (synthetic) decisive("synthetic corpus");
  if (classes != 4) decisive(fmt::format("{} classes", classes));
  if (random_base) decisive("random GPT-2, never trained");
  if (other_base && !random_base) decisive("a GPT-2 of another size than GPT-2 small");
  const std::int64_t length = reproduced.arms.at(reproduced.plan.models.front()).sweep.recorded.max_length;
  if (length != 0 && length != published_max_length)
    decisive(fmt::format("texts of {} tokens at most, not {}", length, published_max_length));
  constexpr std::array<const char*, 3> splits = {"training", "validation", "test"};
  for (std::size_t i = 0; i < splits.size(); ++i) {
    if (reproduced.rows[i] == published_rows[i]) continue;
    deviations.shown.push_back(fmt::format("{} of {} {} rows", reproduced.rows[i], published_rows[i], splits[i]));
  }
  for (const std::string& model : reproduced.plan.models) {
    const std::int64_t published = recipe_epochs(model);
    const std::int64_t epochs = reproduced.arms.at(model).sweep.results.epochs;
    if (epochs != published) decisive(fmt::format("{}: {} of {} epochs", model, epochs, published));
  }
  return deviations;
}

}  // namespace agsweep
