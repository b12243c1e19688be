#include "orchestrator/sweep/trial_files.hpp"

#include <algorithm>  // std::find, std::max_element
#include <span>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/seal.hpp"
#include "base/table.hpp"                    // csv_row
#include "sweeps/aggregate/trial_cells.hpp"  // phase_word

namespace agsweep {

namespace fs = std::filesystem;

namespace {

void remove_tree(const fs::path& path) {
  std::error_code failure;
  fs::remove_all(path, failure);
  // Where a file stands in the place of a folder there is nothing to remove.
  if (failure && failure != std::errc::not_a_directory) throw RunTimeError("{}: {}", path.string(), failure.message());
}

}  // namespace

fs::path trial_folder(const fs::path& sweep, std::int64_t trial) { return sweep / "trials" / fmt::format("{:04}", trial); }

TrialFacts read_trial_facts(const fs::path& folder) {
  std::error_code unreadable;
  if (!fs::exists(folder / "result.json", unreadable)) return {};
  try {
    const std::string text = read_file(folder / "result.json");
    check_seal(text, result_seal, folder / "result.json", "");
    const auto result = nlohmann::json::parse(text);
    return {.seconds = result.at("train_seconds").get<double>() + result.at("eval_seconds").get<double>(),
            .config_hash = result.at("config_hash").get<std::string>(),
            .done = result.at("status") == "done"};
  } catch (const nlohmann::json::exception&) {
    return {};
  } catch (const DataError&) {
    return {};
  }
}

void write_results(const fs::path& sweep, const SweepState& state, const std::map<std::int64_t, TrialFacts>& facts) {
  std::vector<std::string> header = {"trial", "state", "value"};
  for (const Parameter& parameter : state.spec().space) header.push_back(parameter.key);
  header.insert(header.end(), {"seed", "epochs", "best_epoch", "seconds", "config_hash", "error"});
  std::string text = csv_row(header);
  for (std::size_t number = 0; number < state.trials().size(); ++number) {
    const SweepTrial& trial = state.trials()[number];
    const bool has_value = trial.best_epoch > 0 && trial.phase != TrialPhase::failed;
    const auto known = facts.find(static_cast<std::int64_t>(number));
    std::vector<std::string> row = {std::to_string(number), std::string(phase_word(trial.phase)),
                                    has_value ? fmt::format("{:.17g}", trial.value()) : ""};
    for (std::size_t i = 0; i < state.spec().space.size(); ++i) row.push_back(value_text(value_at(state.spec().space[i], trial.point[i])));
    row.insert(row.end(), {std::to_string(trial.seed), std::to_string(trial.epochs()), has_value ? std::to_string(trial.best_epoch) : "",
                           known == facts.end() ? "" : fmt::format("{:.9g}", known->second.seconds),
                           known == facts.end() ? "" : known->second.config_hash, trial.phase == TrialPhase::failed ? trial.error : ""});
    text += csv_row(row);
  }
  write_file_atomically(sweep / "results.csv", text);
}

bool DiskKeeper::keeps_weights(const SweepState& state, std::int64_t number) const {
  const std::int64_t keep = state.spec().keep;
  if (keep < 0) return true;
  if (state.trial(number).phase == TrialPhase::running) return keep > 0;
  const std::vector<std::int64_t> ranking = state.ranking();
  const auto best = std::span(ranking).first(std::min(ranking.size(), static_cast<std::size_t>(keep)));
  return std::find(best.begin(), best.end(), number) != best.end();
}

void DiskKeeper::tidy(const SweepState& state, std::int64_t number) {
  const fs::path folder = trial_folder(sweep_, number);
  const SweepTrial& trial = state.trial(number);
  if (trial.phase == TrialPhase::paused) {
    std::vector<fs::path> generations;
    if (!fs::exists(folder / "checkpoints")) return;
    for (const auto& entry : fs::directory_iterator(folder / "checkpoints")) generations.push_back(entry.path());
    std::sort(generations.begin(), generations.end());
    for (std::size_t i = 0; i + 1 < generations.size(); ++i) remove_tree(generations[i]);
    return;
  }
  if (!trial.ended()) return;
  // Of a group that was killed before it wrote the weights, the checkpoint alone has them.
  if (trial.phase == TrialPhase::pruned && keeps_weights(state, number) && !fs::exists(folder / "model.safetensors")) return;
  remove_tree(folder / "checkpoints");
  with_weights_.insert(number);
  // It may have pushed others out.
  std::erase_if(with_weights_, [&](std::int64_t other) {
    if (keeps_weights(state, other)) return false;
    remove_tree(trial_folder(sweep_, other) / "model.safetensors");
    return true;
  });
}

}  // namespace agsweep
