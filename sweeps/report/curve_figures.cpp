#include "sweeps/report/curve_figures.hpp"

#include <algorithm>  // std::max, std::min

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "sweeps/aggregate/data_table.hpp"
#include "sweeps/report/gnuplot.hpp"
#include "sweeps/report/palette.hpp"
#include "sweeps/report/plot_axis.hpp"
#include "sweeps/report/value_text.hpp"

namespace agsweep {

namespace {

constexpr std::size_t loss_trials = 3;
constexpr std::size_t most_curves = 300;  // behind the best: more are one grey surface
constexpr std::size_t accuracy = 1;       // of a MetricRow
constexpr std::size_t loss = 0;

/// A data block of values after epoch 1, 2, ..
std::string curve(const std::string& name, const std::vector<double>& values) {
  std::vector<std::vector<double>> rows;
  for (std::size_t i = 0; i < values.size(); ++i) rows.push_back({static_cast<double>(i + 1), values[i]});
  return data_block(name, rows);
}

std::vector<double> column(const std::vector<MetricRow>& rows, std::size_t metric) {
  std::vector<double> values;
  for (const MetricRow& row : rows) values.push_back(row[metric]);
  return values;
}

std::string epoch_axis(std::int64_t epochs) {
  return whole_number_axis('x', 1, std::max<std::int64_t>(epochs, 2)) + axis_label('x', "epoch");
}

std::string trial_title(const TrialResults& trial) { return gnuplot_text(fmt::format("trial {}", trial.number)); }

std::string top_style(std::size_t rank) {
  return fmt::format("with linespoints pt {} ps 0.55 lw 1.5 lc rgb '{}'", series_points[rank], series_colours[rank].light);
}

/// A trial that was stopped after one epoch has no line.
std::string faint_style(std::int64_t epochs) {
  return fmt::format("with {} lc rgb '{}'", epochs == 1 ? "points pt 7 ps 0.35" : "lines lw 0.8", faint.light);
}

/// Of two splits as lines of one colour: validation through, training dashed.
std::vector<std::string> both_splits(const std::string& block, std::size_t series, const std::string& title) {
  const FigureColour& colour = series_colours[series];
  return {fmt::format("{}_train using 1:2 with lines dt 2 lw 1.2 lc rgb '{}' notitle", block, colour.light),
          fmt::format("{}_val using 1:2 with linespoints pt {} ps 0.5 lw 1.4 lc rgb '{}' title {}", block, series_points[series],
                      colour.light, title)};
}

std::string both_blocks(const std::string& block, const EpochTable& table, std::size_t metric) {
  return curve(block + "_train", column(table.train, metric)) + curve(block + "_val", column(table.val, metric));
}

void add_rows(DataTable& csv, const TrialResults& trial, const EpochTable& table, std::size_t metric) {
  for (std::size_t i = 0; i < std::min(table.train.size(), table.val.size()); ++i) {
    csv.rows.push_back({trial.number, static_cast<std::int64_t>(i + 1), table.train[i][metric], table.val[i][metric]});
  }
}

}  // namespace

Figure metric_curves(const ReportedSweep& sweep) {
  const std::string metric = metric_name(sweep.results.spec.metric);
  const std::vector<const TrialResults*> trials = best_first(sweep.results);
  const std::size_t shown = std::min(trials.size(), most_curves);
  const std::size_t top = std::min(trials.size(), top_trials);

  std::string data;
  std::vector<std::string> plots;
  for (std::size_t i = shown; i-- > 0;) {  // the best on top
    data += curve(fmt::format("$trial{}", i), trials[i]->trial.values);
    plots.push_back(fmt::format("$trial{} using 1:2 {} notitle", i, i < top ? top_style(i) : faint_style(trials[i]->trial.epochs())));
  }
  for (std::size_t i = 0; i < top; ++i) plots.push_back(fmt::format("keyentry {} title {}", top_style(i), trial_title(*trials[i])));
  DataTable csv{.columns = {{"trial"}, {"epoch"}, {std::string(to_word(sweep.results.spec.metric)), Digits::measured}}};
  for (const TrialResults* trial : trials) {
    for (std::size_t i = 0; i < trial->trial.values.size(); ++i) {
      csv.rows.push_back({trial->number, static_cast<std::int64_t>(i + 1), trial->trial.values[i]});
    }
  }
  const std::string behind =
      trials.size() > top ? fmt::format("; grey: {}", shown < trials.size() ? "the next best trials" : "all others") : "";
  return {.name = sweep.name + "-curves",
          .title = fmt::format("{} against epochs", metric),
          .caption = fmt::format("{} after each epoch. In colour the best {}{}.", capitalised(metric),
                                 counted(static_cast<std::int64_t>(top), "trial"), behind),
          .csv = csv_text(csv),
          .program = epoch_axis(sweep.results.epochs) + axis_label('y', metric) +
                     "set autoscale yfix\nset offsets 0, 0, graph 0.05, graph 0.05\n" + data +
                     fmt::format("plot {}\n", fmt::join(plots, ", "))};
}

std::vector<const TrialResults*> trials_with_curves(const ReportedSweep& sweep) {
  std::vector<const TrialResults*> trials;
  for (const TrialResults* trial : best_first(sweep.results)) {
    if (trials.size() < loss_trials && sweep.epochs.contains(trial->number)) trials.push_back(trial);
  }
  return trials;
}

Figure loss_curves(const ReportedSweep& sweep) {
  std::string data;
  std::vector<std::string> plots;
  DataTable csv{.columns = {{"trial"}, {"epoch"}, {"train_loss", Digits::measured}, {"val_loss", Digits::measured}}};
  const std::vector<const TrialResults*> trials = trials_with_curves(sweep);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const EpochTable& table = sweep.epochs.at(trials[i]->number);
    data += both_blocks(fmt::format("$trial{}", i), table, loss);
    for (std::string& plot : both_splits(fmt::format("$trial{}", i), i, trial_title(*trials[i]))) plots.push_back(std::move(plot));
    add_rows(csv, *trials[i], table, loss);
  }
  return {.name = sweep.name + "-loss",
          .title = "training and validation loss against epochs",
          .caption =
              "Loss of the best trials after each epoch: validation (points) and training (dashed; a running mean of the epoch, with "
              "dropout and label smoothing).",
          .csv = csv_text(csv),
          .program = epoch_axis(sweep.results.epochs) + axis_label('y', "loss (nats)") +
                     "set autoscale yfix\nset offsets 0, 0, graph 0.05, graph 0.05\n" + data +
                     fmt::format("plot {}\n", fmt::join(plots, ", "))};
}

Figure gap_curves(const ReportedSweep& sweep, const TrialResults& trial) {
  const EpochTable& table = sweep.epochs.at(trial.number);
  DataTable csv{.columns = {{"trial"}, {"epoch"}, {"train_accuracy", Digits::measured}, {"val_accuracy", Digits::measured}}};
  add_rows(csv, trial, table, accuracy);
  const std::string program = epoch_axis(sweep.results.epochs) + axis_label('y', "accuracy") +
                              "set autoscale yfix\nset offsets 0, 0, graph 0.05, graph 0.05\n" + both_blocks("$trial", table, accuracy) +
                              fmt::format(
                                  "plot $trial_train using 1:2 with linespoints dt 2 pt {} ps 0.55 lw 1.4 lc rgb '{}' title 'training', "
                                  "$trial_val using 1:2 with linespoints pt {} ps 0.55 lw 1.4 lc rgb '{}' title 'validation'\n",
                                  series_points[1], series_colours[1].light, series_points[0], series_colours[0].light);
  return {
      .name = sweep.name + "-gap",
      .title = "training and validation accuracy of the best trial",
      .caption = fmt::format("Accuracy of trial {} after each epoch. Training figures are running means of the epoch, with dropout on, and "
                             "so lag behind what the epoch's last weights would reach.",
                             trial.number),
      .csv = csv_text(csv),
      .program = program};
}

}  // namespace agsweep
