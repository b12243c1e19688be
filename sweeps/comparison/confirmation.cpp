#include "sweeps/comparison/confirmation.hpp"

#include <algorithm>  // std::max, std::ranges::find

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "base/metric.hpp"
#include "base/table.hpp"
#include "sweeps/aggregate/trial_cells.hpp"  // parameters_json
#include "sweeps/comparison/comparison.hpp"  // mean_text
#include "sweeps/report/sweep_text.hpp"      // parameter_text

namespace agsweep {

namespace {

/// A metric of the test split, over the seeds.
std::vector<double> test_values(const TestedModel& model, Metric metric) {
  std::vector<double> values;
  for (const TestedRun& run : model.runs) values.push_back(run.test.at(std::string(metric_key(metric))).get<double>());
  return values;
}

/// The trials of other configurations that were tested: before more seeds were trained, theirs was the best.
std::vector<std::int64_t> also_tested(const TestedModel& model) {
  std::vector<std::int64_t> trials;
  for (const TrialResults& trial : model.sweep.results.trials) {
    if (std::ranges::find(model.runs, &trial, &TestedRun::trial) != model.runs.end()) continue;
    std::error_code unreadable;
    if (std::filesystem::exists(trial.folder / test_metrics_name, unreadable)) trials.push_back(trial.number);
  }
  return trials;
}

/// Of a configuration's trainings, how many did not come to their end.
std::int64_t missing_seeds(const ReportedSweep& sweep, const RankedConfiguration& one) {
  return std::max<std::int64_t>(std::ssize(sweep.results.spec.seeds) - std::ssize(one.trials), 0);
}

nlohmann::ordered_json interval_json(const MeanInterval& interval) {
  nlohmann::ordered_json json = {{"mean", interval.mean}, {"half_width", nullptr}};
  if (interval.half_width) json["half_width"] = *interval.half_width;
  return json;
}

}  // namespace

nlohmann::ordered_json to_json(const Confirmation& confirmation) {
  const ReportedSweep& sweep = confirmation.model.sweep;
  nlohmann::ordered_json json = {{"sweep", confirmation.sweep.string()},     {"tuning", nlohmann::json(confirmation.tuning)},
                                 {"model", sweep.results.spec.model},        {"metric", to_word(sweep.results.spec.metric)},
                                 {"data_sha256", sweep.results.data_sha256}, {"synthetic", sweep.recorded.synthetic},
                                 {"random_base", sweep.recorded.random_base}};
  for (const RankedConfiguration& one : sweep.ranked.ranking.configurations) {
    const TrialResults& trial = sweep.results.trials[one.trials.front().trial];
    json["configurations"].push_back({{"parameters", parameters_json(trial)},
                                      {"seeds", one.trials.size()},
                                      {"failed", missing_seeds(sweep, one)},
                                      {"value", interval_json(one.value)},
                                      {"chosen", &one == chosen_configuration(sweep)}});
  }
  for (const TestedRun& run : confirmation.model.runs) {
    json["test"]["runs"].push_back({{"seed", run.seed}, {"trial", run.trial->number}, {"metrics", run.test}});
  }
  json["test"]["also_tested"] = also_tested(confirmation.model);
  for (const Metric metric : enum_members<Metric>()) {
    json["test"]["mean"][std::string(metric_key(metric))] = interval_json(mean_interval(test_values(confirmation.model, metric)));
  }
  return json;
}

std::string confirmation_text(const Confirmation& confirmation) {
  const ReportedSweep& sweep = confirmation.model.sweep;
  std::vector<std::string> header = {"rank"};
  for (const Parameter& parameter : sweep.results.spec.space) header.push_back(parameter.key);
  header.insert(header.end(), {"seeds", fmt::format("{} (95 % t)", to_word(sweep.results.spec.metric))});
  Table configurations(header);
  for (std::size_t i = 0; i < sweep.ranked.ranking.configurations.size(); ++i) {
    const RankedConfiguration& one = sweep.ranked.ranking.configurations[i];
    std::vector<std::string> row = {fmt::format("{}{}", i + 1, &one == chosen_configuration(sweep) ? " chosen" : "")};
    for (const Parameter& parameter : sweep.results.spec.space) {
      row.push_back(parameter_text(parameter, sweep.results.trials[one.trials.front().trial]));
    }
    const std::int64_t missing = missing_seeds(sweep, one);
    row.insert(row.end(),
               {fmt::format("{}{}", one.trials.size(), missing > 0 ? fmt::format(", {} failed", missing) : ""), mean_text(one.value)});
    configurations.add(std::move(row));
  }
  Table test({"test, chosen configuration", fmt::format("mean of {} seeds (95 % t)", confirmation.model.runs.size())});
  for (const Metric metric : enum_members<Metric>()) {
    test.add({std::string(metric_label(metric)), mean_text(mean_interval(test_values(confirmation.model, metric)))});
  }
  std::string text;
  if (sweep.recorded.synthetic) text += "synthetic corpus: these figures say nothing about real news\n";
  if (sweep.recorded.random_base) text += "random GPT-2, never trained: these figures say nothing about GPT-2\n";
  text += configurations.text() + "\n" + test.text();
  if (const auto trials = also_tested(confirmation.model); !trials.empty()) {
    text += fmt::format(
        "\nThe test split was read before for another configuration, too, which was the best of fewer seeds (trials {}): the chosen one's "
        "figures are no longer those of a single look.\n",
        fmt::join(trials, ", "));
  }
  return text + fmt::format("\n{}: {}\n", confirmation.sweep.string(), budget_text(confirmation.tuning));
}

}  // namespace agsweep
