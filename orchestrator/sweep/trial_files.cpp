#include "orchestrator/sweep/trial_files.hpp"

#include <vector>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/json.hpp"
#include "base/json_file.hpp"
#include "base/system.hpp"  // utc_now
#include "base/table.hpp"   // csv_row

namespace agsweep {

namespace fs = std::filesystem;

TrialFacts read_trial_facts(const fs::path& folder) {
  std::error_code unreadable;
  if (!fs::is_regular_file(folder / "result.json", unreadable)) return {};
  const nlohmann::json result = read_sealed_json(folder / "result.json", "put it back as it was, or remove it: then the trial ends anew");
  try {
    return {.seconds = result.at("train_seconds").get<double>() + result.at("eval_seconds").get<double>(),
            .config_hash = result.at("config_hash").get<std::string>(),
            .done = result.at("status") == "done"};
  } catch (const nlohmann::json::exception& error) {
    throw DataError("{}: {}", (folder / "result.json").string(), error.what());
  }
}

nlohmann::json trial_sessions(const fs::path& folder, int group, const std::string& host, int ranks, std::int64_t epochs) {
  nlohmann::json sessions = nlohmann::json::array();
  try {
    const nlohmann::json before = read_sealed_json(folder / "result.json", "");
    if (before.contains("sessions") && before["sessions"].is_array()) sessions = before["sessions"];
    const bool ended = !sessions.empty() && sessions.back().is_object() && before.contains("ended");
    if (ended) sessions.back()["ended"] = before["ended"];
  } catch (const DataError&) {
    sessions = nlohmann::json::array();  // missing, or damaged: then the trial trains all the same
  }
  sessions.push_back({{"group", group}, {"host", host}, {"ranks", ranks}, {"epochs", epochs}, {"started", utc_now()}});
  return sessions;
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
    std::vector<std::string> row = {std::to_string(number), std::string(to_word(trial.phase)),
                                    has_value ? fmt::format("{:.17g}", trial.value()) : ""};
    for (std::size_t i = 0; i < state.spec().space.size(); ++i) row.push_back(value_text(value_at(state.spec().space[i], trial.point[i])));
    row.insert(row.end(), {std::to_string(trial.seed), std::to_string(trial.epochs()), has_value ? std::to_string(trial.best_epoch) : "",
                           known == facts.end() ? "" : fmt::format("{:.9g}", known->second.seconds),
                           known == facts.end() ? "" : known->second.config_hash,
                           trial.phase == TrialPhase::failed || known == facts.end() ? trial.error : known->second.error});
    text += csv_row(row);
  }
  write_file_atomically(sweep / "results.csv", text);
}

}  // namespace agsweep
