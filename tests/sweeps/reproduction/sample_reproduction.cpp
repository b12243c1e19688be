#include "tests/sweeps/reproduction/sample_reproduction.hpp"

#include <cmath>

namespace agsweep::testing_support {

namespace {

constexpr std::size_t rows = 400;

nlohmann::json metrics(double value) {
  nlohmann::json per_class;
  for (int label = 0; label < 4; ++label) per_class.push_back({{"precision", value}, {"recall", value}, {"f1", value}, {"support", 3000}});
  return {{"accuracy", value},
          {"f1_macro", value},
          {"loss", 1 - value},
          {"per_class", per_class},
          {"confusion", {{97, 1, 1, 1}, {2, 96, 1, 1}, {3, 1, 95, 1}, {4, 1, 1, 94}}}};
}

nlohmann::json result_of(const SampleRun& run) {
  return {{"best", {{"epoch", 2}, {"train", metrics(0.95)}, {"val", metrics(run.best_val)}}},
          {"final", {{"epoch", 12}, {"train", metrics(run.final_train)}, {"val", metrics(run.final_val)}}},
          {"epochs_completed", 12},
          {"train_seconds", run.train_seconds},
          {"ranks", 1},
          {"device_name", "a GPU"},
          {"precision", "bf16"},
          {"versions", {{"agsweep", "1"}, {"libtorch", "2"}}}};
}

}  // namespace

TestedModel sample_arm(const std::string& name, const std::string& model, const std::vector<SampleRun>& runs) {
  TestedModel arm;
  arm.name = name;
  SweepResults results;
  results.folder = "/arms/" + name;
  results.spec.name = name;
  results.spec.model = model;
  results.spec.seeds.clear();
  results.epochs = recipe_epochs(model);
  results.data_sha256 = "d";
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto seed = static_cast<std::int64_t>(42 + i);
    results.spec.seeds.push_back(seed);
    SweepTrial trial{.point = {0}, .configuration = 0, .seed = seed, .phase = TrialPhase::complete};
    trial.values = {0.9, runs[i].best_val, runs[i].final_val};
    trial.best_epoch = 2;
    results.trials.push_back({.number = static_cast<std::int64_t>(i),
                              .trial = trial,
                              .parameters = {{"lr", 1e-3}},
                              .config_hash = "h",
                              .seconds = runs[i].train_seconds,
                              .result = result_of(runs[i])});
  }
  arm.sweep = reported_sweep(std::move(results), name);
  arm.sweep.recorded.class_names = {"World", "Sports", "Business", "Sci/Tech"};
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const TrialResults& trial = arm.sweep.results.trials[i];
    EpochTable table;
    for (const double value : trial.trial.values) {
      table.train.push_back({0.3, 0.95, 0.95, 0.95, 0.95, 0.95});
      table.val.push_back({0.3, value, value, value, value, value});
    }
    arm.sweep.epochs.emplace(trial.number, table);
    TestedRun run{.seed = trial.trial.seed, .trial = &trial, .test = metrics(runs[i].test_f1)};
    const auto right = static_cast<std::size_t>(std::lround(runs[i].test_f1 * rows));
    for (std::size_t row = 0; row < rows; ++row) {
      run.labels.push_back(static_cast<std::uint8_t>(row % 4));
      run.predicted.push_back(static_cast<std::uint8_t>(row < right ? row % 4 : (row + 1) % 4));
    }
    arm.runs.push_back(std::move(run));
  }
  return arm;
}

Reproduced sample_reproduction(std::size_t seeds) {
  std::vector<SampleRun> scratch, lora;
  Reproduced reproduced{.plan = {.models = {"scratch", "gpt2-lora"}, .seeds = {}}, .rows = published_rows, .arms = {}};
  for (std::size_t i = 0; i < seeds; ++i) {
    const double little = 0.0005 * static_cast<double>(i);
    reproduced.plan.seeds.push_back(static_cast<std::int64_t>(42 + i));
    scratch.push_back(
        {.test_f1 = 0.97 - little, .best_val = 0.9217 + little, .final_train = 0.9891, .final_val = 0.9022, .train_seconds = 357});
    lora.push_back(
        {.test_f1 = 0.87 + little, .best_val = 0.9162, .final_train = 0.9142, .final_val = 0.9163 - little, .train_seconds = 1432});
  }
  reproduced.arms.emplace("scratch", sample_arm("scratch", "scratch", scratch));
  reproduced.arms.emplace("gpt2-lora", sample_arm("gpt2-lora", "gpt2-lora", lora));
  return reproduced;
}

}  // namespace agsweep::testing_support
