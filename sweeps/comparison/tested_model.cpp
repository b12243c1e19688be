#include "sweeps/comparison/tested_model.hpp"

#include <algorithm>  // std::ranges::find_if, std::sort
#include <charconv>
#include <utility>  // std::move

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/json_file.hpp"
#include "base/seal.hpp"  // check_rows

namespace agsweep {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view advice = "put it back as it was, or remove it: then `agsweep confirm --resume` makes it anew";

/// row,label,predicted,logit_0.. of each row of the split, in order.
void read_predictions(const fs::path& path, std::size_t classes, TestedRun& run) {
  const std::string text = read_file(path);
  check_rows(path, text, run.test, test_metrics_name, false);
  std::string_view rest = text;
  const auto line = [&] {
    const std::string_view first = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(first.size() + 1, rest.size()));
    return first;
  };
  line();  // the header
  while (!rest.empty()) {
    const std::string_view row = line();
    std::size_t numbers[3] = {};
    const char* at = row.data();
    for (std::size_t& number : numbers) {
      const auto [end, error] = std::from_chars(at, row.data() + row.size(), number);
      if (error != std::errc() || end == row.data() + row.size()) break;
      at = end + 1;
    }
    if (numbers[0] != run.labels.size() || numbers[1] >= classes || numbers[2] >= classes) {
      throw DataError("{}:{}: not row {} with a label and a predicted class", path.string(), run.labels.size() + 2, run.labels.size());
    }
    run.labels.push_back(static_cast<std::uint8_t>(numbers[1]));
    run.predicted.push_back(static_cast<std::uint8_t>(numbers[2]));
  }
  if (run.labels.empty()) throw DataError("{}: has no row", path.string());
}

}  // namespace

const RankedConfiguration* chosen_configuration(const ReportedSweep& sweep) {
  const auto& configurations = sweep.ranked.ranking.configurations;
  if (configurations.empty() || !configurations.front().complete) return nullptr;
  const auto whole = std::ranges::find_if(
      configurations, [&](const RankedConfiguration& one) { return one.complete && one.trials.size() >= sweep.results.spec.seeds.size(); });
  return whole != configurations.end() ? &*whole : &configurations.front();
}

std::vector<const TrialResults*> chosen_trials(const ReportedSweep& sweep) {
  const RankedConfiguration* const chosen = chosen_configuration(sweep);
  if (chosen == nullptr) return {};
  std::vector<const TrialResults*> trials;
  for (const TrialRef& ref : chosen->trials) trials.push_back(&sweep.results.trials[ref.trial]);
  std::sort(trials.begin(), trials.end(), [](const auto* a, const auto* b) { return a->trial.seed < b->trial.seed; });
  return trials;
}

TestedModel read_tested_model(const fs::path& folder, std::string name, const RunCheck& check) {
  TestedModel model;
  model.sweep = read_reported_sweep(folder, name, check);
  model.name = std::move(name);
  const fs::path confirmation = folder / confirmation_name;
  if (fs::exists(confirmation)) {
    try {
      model.tuning = read_sealed_json(confirmation, advice).at("tuning").get<TuningBudget>();
    } catch (const nlohmann::json::exception& error) {
      throw DataError("{}: {}", confirmation.string(), error.what());
    }
  }
  for (const TrialResults* trial : chosen_trials(model.sweep)) {
    if (!fs::exists(trial->folder / test_metrics_name)) continue;
    TestedRun run{.seed = trial->trial.seed,
                  .trial = trial,
                  .test = read_sealed_json(trial->folder / test_metrics_name, advice),
                  .labels = {},
                  .predicted = {}};
    read_predictions(trial->folder / test_predictions_name, model.classes(), run);
    for (const char* const of_the_file : {"files", "seal"}) run.test.erase(of_the_file);
    model.runs.push_back(std::move(run));
  }
  return model;
}

std::string budget_text(const TuningBudget& tuning) {
  if (tuning.trials == 0) return "not tuned";
  return fmt::format("tuned over {} trials, {} epochs, {:.3g} device-hours", tuning.trials, tuning.epochs, tuning.device_seconds / 3600);
}

}  // namespace agsweep
