#include "sweeps/report/reported_sweep.hpp"

#include <algorithm>  // std::stable_sort, std::max
#include <utility>    // std::move

#include "base/utc_time.hpp"
#include "sweeps/journal/study.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

std::int64_t workers_of(const Study& study) {
  const auto found = study.attributes.find("agsweep:workers");
  return found != study.attributes.end() && found->second.is_number_integer() ? found->second.get<std::int64_t>() : 0;
}

}  // namespace

ReportedSweep reported_sweep(SweepResults results, std::string name) {
  Aggregate alone = aggregate({std::move(results)});
  ReportedSweep sweep;
  sweep.name = std::move(name);
  sweep.results = std::move(alone.sweeps.front());
  sweep.ranked = std::move(alone.rankings.front());
  sweep.remarks = std::move(alone.remarks);
  return sweep;
}

ReportedSweep read_reported_sweep(const fs::path& folder, std::string name, const RunCheck& check) {
  ReportedSweep sweep = reported_sweep(read_sweep(folder), std::move(name));
  std::map<fs::path, std::int64_t> numbers;  // of a trial in its part's folder
  for (const TrialResults& trial : sweep.results.trials) numbers.emplace(trial.folder, trial.number);
  for (const fs::path& part : sweep.results.parts) {
    const Study study = read_study(part / journal_name);
    sweep.workers += workers_of(study);
    for (const StudyEvent& event : study.events) {
      const auto number = numbers.find(trial_folder(part, event.trial));
      const bool known = event.kind == StudyEvent::Kind::reported && number != numbers.end();
      if (known) sweep.spent.push_back({.trial = number->second, .value = event.report.value});
    }
    for (const StudyTrial& trial : study.trials) {
      if (sweep.first_start.empty() || trial.datetime_start < sweep.first_start) sweep.first_start = trial.datetime_start;
      sweep.last_end = std::max(sweep.last_end, trial.datetime_complete);
    }
  }
  for (const TrialResults& trial : sweep.results.trials) {
    // The journal's end of a trial is its start and the seconds that it took, without the time between its sessions.
    const nlohmann::json ended = result_value(trial, {"ended"});
    if (ended.is_string() && utc_seconds(ended.get<std::string>()) > utc_seconds(sweep.last_end)) sweep.last_end = ended.get<std::string>();
    // A trial that goes on writes its last rows anew. (Compared with "done" itself, gcc 12 warns of an array's bounds, falsely.)
    const bool done = result_value(trial, {"status"}) == nlohmann::json("done");
    EpochTable table = read_epoch_table(trial.folder / "epochs.csv", done ? trial.result : nlohmann::json());
    if (!table.val.empty()) sweep.epochs.emplace(trial.number, std::move(table));
    if (!sweep.recorded.class_names.empty()) continue;
    check(trial.folder);
    sweep.recorded = read_recorded_run(trial.folder / "config.toml");
  }
  return sweep;
}

std::vector<const TrialResults*> best_first(const SweepResults& sweep) {
  std::vector<const TrialResults*> trials;
  for (const TrialResults& trial : sweep.trials) {
    if (trial.trial.best_epoch > 0 && trial.trial.phase != TrialPhase::failed) trials.push_back(&trial);
  }
  std::stable_sort(trials.begin(), trials.end(), [&](const TrialResults* a, const TrialResults* b) {
    const bool a_complete = a->trial.phase == TrialPhase::complete;
    const bool b_complete = b->trial.phase == TrialPhase::complete;
    if (a_complete != b_complete) return a_complete;
    return sweep.maximise() ? a->trial.value() > b->trial.value() : a->trial.value() < b->trial.value();
  });
  return trials;
}

const TrialResults* best_trial(const ReportedSweep& sweep) {
  const std::vector<const TrialResults*> all = best_first(sweep.results);
  const std::vector<RankedConfiguration>& configurations = sweep.ranked.ranking.configurations;
  if (configurations.empty()) return all.empty() ? nullptr : all.front();
  const std::vector<TrialRef>& seeds = configurations.front().trials;
  const auto of_the_best = [&](const TrialResults* trial) {
    return std::any_of(seeds.begin(), seeds.end(), [&](const TrialRef& ref) { return &sweep.results.trials[ref.trial] == trial; });
  };
  return *std::find_if(all.begin(), all.end(), of_the_best);
}

double seconds_of(const ReportedSweep& sweep, const TrialResults& trial) {
  const auto table = sweep.epochs.find(trial.number);
  return trial.seconds > 0 || table == sweep.epochs.end() ? trial.seconds : table->second.seconds;
}

}  // namespace agsweep
