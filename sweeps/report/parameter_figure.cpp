#include "sweeps/report/parameter_figure.hpp"

#include <algorithm>  // std::min
#include <cmath>
#include <functional>  // std::greater
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "sweeps/aggregate/data_table.hpp"
#include "sweeps/report/gnuplot.hpp"
#include "sweeps/report/palette.hpp"
#include "sweeps/report/plot_axis.hpp"
#include "sweeps/report/value_text.hpp"

namespace agsweep {

namespace {

/// Sets trials of one value beside each other, by up to a sixth of the way to the next: multiples of the golden ratio fill it evenly.
double sideways(std::int64_t trial) {
  constexpr double golden_ratio = 0.6180339887498949;
  const double turns = static_cast<double>(trial) * golden_ratio;
  return (turns - std::floor(turns) - 0.5) / 3;
}

std::string csv_of(const SweepSpec& spec, std::span<const TrialResults* const> trials, const std::string& key) {
  DataTable table{
      .columns = {{"trial"}, {key}, {"seed"}, {"epochs"}, {"best_epoch"}, {std::string(to_word(spec.metric)), Digits::measured}}};
  for (const TrialResults* trial : trials) {
    table.rows.push_back({trial->number, trial->parameters.at(key), trial->trial.seed, trial->trial.epochs(), trial->trial.best_epoch,
                          trial->trial.value()});
  }
  return csv_text(table);
}

}  // namespace

std::string EpochGroup::label() const { return least == most ? counted(least, "epoch") : fmt::format("{}-{} epochs", least, most); }

std::vector<EpochGroup> epoch_groups(std::span<const TrialResults* const> trials, std::size_t limit) {
  std::map<std::int64_t, std::vector<const TrialResults*>, std::greater<>> by_epochs;
  for (const TrialResults* trial : trials) by_epochs[trial->trial.epochs()].push_back(trial);

  const std::size_t groups = std::min(limit, by_epochs.size());
  std::vector<EpochGroup> all(groups);
  std::size_t number = 0;
  for (auto& [epochs, same] : by_epochs) {
    EpochGroup& group = all[number * groups / by_epochs.size()];
    if (group.trials.empty()) group.most = epochs;
    group.least = epochs;
    group.trials.insert(group.trials.end(), same.begin(), same.end());
    ++number;
  }
  return all;
}

Figure parameter_figure(const ReportedSweep& sweep, std::size_t which) {
  const SweepSpec& spec = sweep.results.spec;
  const Parameter& parameter = spec.space[which];
  const bool places = parameter.scale == Scale::values || parameter.scale == Scale::integer;
  const std::vector<const TrialResults*> trials = best_first(sweep.results);
  const std::vector<EpochGroup> groups = epoch_groups(trials, series_colours.size() - 1);

  std::string data;
  std::vector<std::string> plots, keys;
  std::vector<double> numbers;
  for (std::size_t g = groups.size(); g-- > 0;) {  // the longest on top
    std::vector<std::vector<double>> rows;
    for (const TrialResults* trial : groups[g].trials) {
      numbers.push_back(trial->trial.point[which]);
      rows.push_back({numbers.back() + (places ? sideways(trial->number) : 0), trial->trial.value()});
    }
    data += data_block(fmt::format("$group{}", g), rows);
    const std::string style = fmt::format("with points pt {} ps 0.75 lc rgb '{}'", series_points[g], series_colours[g].light);
    plots.push_back(fmt::format("$group{} using 1:2 {} notitle", g, style));
    keys.insert(keys.begin(), fmt::format("keyentry {} title {}", style, gnuplot_text(groups[g].label())));
  }
  std::string program = parameter_axis('x', parameter, numbers) + axis_label('x', parameter_label(parameter)) +
                        axis_label('y', metric_name(spec.metric)) + "set autoscale yfix\nset offsets 0, 0, graph 0.05, graph 0.05\n" +
                        data + fmt::format("plot {}, {}\n", fmt::join(plots, ", "), fmt::join(keys, ", "));
  return {.name = fmt::format("{}-by-{}", sweep.name, file_word(parameter.key)),
          .title = fmt::format("{} against {}", metric_name(spec.metric), parameter.key),
          .caption = fmt::format("{} of each trial's best epoch against {}, by the epochs that the trial ran{}.",
                                 capitalised(metric_name(spec.metric)), parameter.key,
                                 places ? "; trials of one value stand beside each other" : ""),
          .csv = csv_of(spec, trials, parameter.key),
          .program = std::move(program)};
}

}  // namespace agsweep
