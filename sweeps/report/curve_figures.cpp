#include "sweeps/report/curve_figures.hpp"

#include <algorithm>  // std::find_if, std::max, std::min

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "sweeps/aggregate/data_table.hpp"
#include "sweeps/aggregate/value_error.hpp"
#include "sweeps/report/gnuplot.hpp"
#include "sweeps/report/hover.hpp"
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

/// A plot against epochs, with a little room above and below.
std::string curves_program(const ReportedSweep& sweep, std::string_view y_label, const std::string& data,
                           const std::vector<std::string>& plots, const Hover& hover) {
  return epoch_axis(sweep.results.epochs) + axis_label('y', y_label) + "set autoscale yfix\nset offsets 0, 0, graph 0.05, graph 0.05\n" +
         data + hover.data() + fmt::format("plot {}{}\n", fmt::join(plots, ", "), hover.plot());
}

std::string trial_title(const TrialResults& trial) { return gnuplot_text(fmt::format("trial {}", trial.number)); }

std::string top_style(std::size_t rank) {
  return fmt::format("with linespoints pt {} ps 0.55 lw 1.5 lc rgb '{}'", series_points[rank], series_colours[rank].light);
}

std::string evaluated_style(std::size_t series) {
  return fmt::format("with points pt 2 ps 0.9 lw 1.8 lc rgb '{}'", series_colours[series].light);
}

/// A trial that was stopped after one epoch has no line.
std::string faint_style(std::int64_t epochs) {
  return fmt::format("with {} lc rgb '{}'", epochs == 1 ? "points pt 7 ps 0.35" : "lines lw 0.8", faint.light);
}

/// A training figure of one evaluation pass, at an epoch whose weights were kept.
struct Evaluated {
  std::int64_t epoch = 0;
  double value = 0;
};

/// The best epoch's, and the last's where that is another.
std::vector<Evaluated> evaluated(const TrialResults& trial, const char* key) {
  std::vector<Evaluated> points;
  for (const char* const which : {"best", "final"}) {
    const std::optional<double> epoch = result_number(trial, {which, "epoch"}), value = result_number(trial, {which, "train", key});
    if (!epoch || !value || *epoch < 1) continue;
    const auto number = static_cast<std::int64_t>(*epoch);
    if (points.empty() || points.front().epoch != number) points.push_back({.epoch = number, .value = *value});
  }
  return points;
}

std::string evaluated_block(const std::string& name, const std::vector<Evaluated>& points) {
  std::vector<std::vector<double>> rows;
  for (const Evaluated& point : points) rows.push_back({static_cast<double>(point.epoch), point.value});
  return data_block(name, rows);
}

/// Empty where the epoch was not evaluated.
void add_evaluated(std::vector<Cell>& row, const std::vector<Evaluated>& points, std::int64_t epoch) {
  const auto found = std::find_if(points.begin(), points.end(), [epoch](const Evaluated& point) { return point.epoch == epoch; });
  row.emplace_back();
  if (found != points.end()) row.back() = found->value;
}

void hover_curve(Hover& hover, const TrialResults& trial, const std::vector<double>& values, const char* what) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    hover.add(static_cast<double>(i + 1), values[i],
              fmt::format("trial {}, epoch {}: {}{}", trial.number, i + 1, what, metric_text(values[i])));
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
  Hover hover;
  for (std::size_t i = shown; i-- > 0;) {  // the best on top
    data += curve(fmt::format("$trial{}", i), trials[i]->trial.values);
    plots.push_back(fmt::format("$trial{} using 1:2 {} notitle", i, i < top ? top_style(i) : faint_style(trials[i]->trial.epochs())));
  }
  for (std::size_t i = 0; i < shown; ++i) hover_curve(hover, *trials[i], trials[i]->trial.values, "");
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
          .program = curves_program(sweep, metric, data, plots, hover)};
}

std::optional<Figure> best_curves(const ReportedSweep& sweep) {
  const std::string metric = metric_name(sweep.results.spec.metric);
  std::vector<const TrialResults*> trials = best_first(sweep.results);
  trials.resize(std::min(trials.size(), top_trials));
  std::int64_t first = 1, last = 1;  // epochs
  for (const TrialResults* trial : trials) last = std::max(last, trial->trial.epochs());
  first = 1 + last / 2;
  std::erase_if(trials, [first](const TrialResults* trial) { return trial->trial.epochs() < first; });
  if (last < 3 || trials.size() < 2) return std::nullopt;  // the figure beside shows them as well

  const double best = trials.front()->trial.value();
  double low = best, high = best;
  std::string data;
  std::vector<std::string> plots;
  Hover hover;
  DataTable csv{.columns = {{"trial"}, {"epoch"}, {std::string(to_word(sweep.results.spec.metric)), Digits::measured}}};
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const std::vector<double>& values = trials[i]->trial.values;
    for (std::size_t epoch = static_cast<std::size_t>(first); epoch <= values.size(); ++epoch) {
      low = std::min(low, values[epoch - 1]);
      high = std::max(high, values[epoch - 1]);
      csv.rows.push_back({trials[i]->number, static_cast<std::int64_t>(epoch), values[epoch - 1]});
    }
    data += curve(fmt::format("$trial{}", i), values);
    hover_curve(hover, *trials[i], values, "");
    plots.insert(plots.begin(), fmt::format("$trial{} using 1:2 {} notitle", i, top_style(i)));
  }
  for (std::size_t i = 0; i < trials.size(); ++i)
    plots.push_back(fmt::format("keyentry {} title {}", top_style(i), trial_title(*trials[i])));
  std::string band;
  const std::optional<double> error = row_half_width(sweep.results, *trials.front());
  if (error) {
    low = std::min(low, best - *error);
    high = std::max(high, best + *error);
    band = fmt::format("set object 1 rectangle from graph 0, first {} to graph 1, first {} behind fs solid 1 noborder fc rgb '{}'\n",
                       best - *error, best + *error, grid.light);
  }
  const double room = high > low ? 0.05 * (high - low) : 0.01;
  return Figure{
      .name = sweep.name + "-best-curves",
      .title = fmt::format("{} of the best trials against epochs, enlarged", metric),
      .caption = fmt::format("The best trials from epoch {} on, enlarged.{}", first,
                             error ? fmt::format(" Band: the best value of trial {} with its 95 % interval over validation rows (± {}); "
                                                 "values inside it can hardly be told from the best.",
                                                 trials.front()->number, metric_text(*error))
                                   : ""),
      .csv = csv_text(csv),
      .program = whole_number_axis('x', first, std::max(last, first + 1)) + axis_label('x', "epoch") + axis_label('y', metric) +
                 fmt::format("set yrange [{}:{}]\n", low - room, high + room) + band + data + hover.data() +
                 fmt::format("plot {}{}\n", fmt::join(plots, ", "), hover.plot())};
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
  Hover hover;
  DataTable csv{.columns = {{"trial"}, {"epoch"}, {"train_loss", Digits::measured}, {"val_loss", Digits::measured}}};
  const std::vector<const TrialResults*> trials = trials_with_curves(sweep);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const std::vector<double> val = column(sweep.epochs.at(trials[i]->number).val, loss);
    const std::vector<Evaluated> train = evaluated(*trials[i], "loss");
    const std::string block = fmt::format("$trial{}", i);
    data += curve(block + "_val", val) + evaluated_block(block + "_train", train);
    plots.push_back(fmt::format("{}_val using 1:2 {} title {}", block, top_style(i), trial_title(*trials[i])));
    if (!train.empty()) plots.push_back(fmt::format("{}_train using 1:2 {} notitle", block, evaluated_style(i)));
    hover_curve(hover, *trials[i], val, "validation loss ");
    for (const Evaluated& point : train) {
      hover.add(static_cast<double>(point.epoch), point.value,
                fmt::format("trial {}, epoch {}: training loss {}", trials[i]->number, point.epoch, metric_text(point.value)));
    }
    for (std::size_t epoch = 1; epoch <= val.size(); ++epoch) {
      const auto number = static_cast<std::int64_t>(epoch);
      std::vector<Cell>& row = csv.rows.emplace_back(std::vector<Cell>{trials[i]->number, number});
      add_evaluated(row, train, number);
      row.emplace_back(val[epoch - 1]);
    }
  }
  return {.name = sweep.name + "-loss",
          .title = "validation loss against epochs, and training loss where it was evaluated",
          .caption =
              "Loss of the best trials, all of it plain cross-entropy of an evaluation pass, without dropout and label smoothing: on "
              "validation rows after each epoch (lines), and on training rows with the weights of the best and the last epoch (crosses).",
          .csv = csv_text(csv),
          .program = curves_program(sweep, "loss (nats)", data, plots, hover)};
}

Figure optimised_loss_curves(const ReportedSweep& sweep) {
  std::string data;
  std::vector<std::string> plots;
  Hover hover;
  DataTable csv{.columns = {{"trial"}, {"epoch"}, {"optimised_train_loss", Digits::measured}}};
  const std::vector<const TrialResults*> trials = trials_with_curves(sweep);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const std::vector<double> train = column(sweep.epochs.at(trials[i]->number).train, loss);
    data += curve(fmt::format("$trial{}", i), train);
    hover_curve(hover, *trials[i], train, "");
    plots.push_back(fmt::format("$trial{} using 1:2 {} title {}", i, top_style(i), trial_title(*trials[i])));
    for (std::size_t epoch = 0; epoch < train.size(); ++epoch) {
      csv.rows.push_back({trials[i]->number, static_cast<std::int64_t>(epoch + 1), train[epoch]});
    }
  }
  return {.name = sweep.name + "-optimised-loss",
          .title = "training loss as it was optimised against epochs",
          .caption =
              "Training loss of the same trials as it was optimised: the mean over each epoch's steps, with dropout and label smoothing. "
              "It is not to be compared with the losses beside it, nor between trials that smooth or drop out differently.",
          .csv = csv_text(csv),
          .program = curves_program(sweep, "optimised loss (nats)", data, plots, hover)};
}

Figure gap_curves(const ReportedSweep& sweep, const TrialResults& trial) {
  const EpochTable& table = sweep.epochs.at(trial.number);
  const std::vector<Evaluated> points = evaluated(trial, "accuracy");
  DataTable csv{.columns = {{"trial"},
                            {"epoch"},
                            {"running_train_accuracy", Digits::measured},
                            {"train_accuracy", Digits::measured},
                            {"val_accuracy", Digits::measured}}};
  for (std::size_t i = 0; i < std::min(table.train.size(), table.val.size()); ++i) {
    const auto epoch = static_cast<std::int64_t>(i + 1);
    std::vector<Cell>& row = csv.rows.emplace_back(std::vector<Cell>{trial.number, epoch, table.train[i][accuracy]});
    add_evaluated(row, points, epoch);
    row.emplace_back(table.val[i][accuracy]);
  }
  Hover hover;
  hover_curve(hover, trial, column(table.train, accuracy), "training, running ");
  hover_curve(hover, trial, column(table.val, accuracy), "validation ");
  std::vector<std::string> plots = {
      fmt::format("$trial_train using 1:2 with lines dt 2 lw 1.4 lc rgb '{}' title 'training, running'", series_colours[1].light),
      fmt::format("$trial_val using 1:2 with linespoints pt {} ps 0.55 lw 1.4 lc rgb '{}' title 'validation'", series_points[0],
                  series_colours[0].light)};
  if (!points.empty()) plots.push_back(fmt::format("$evaluated using 1:2 {} title 'training'", evaluated_style(1)));
  for (const Evaluated& point : points) {
    hover.add(static_cast<double>(point.epoch), point.value,
              fmt::format("trial {}, epoch {}: training {}", trial.number, point.epoch, metric_text(point.value)));
  }
  return {.name = sweep.name + "-gap",
          .title = "training and validation accuracy of the best trial",
          .caption =
              fmt::format("Accuracy of trial {} after each epoch, on validation rows and, with the weights of the best and the last epoch, "
                          "on training rows (crosses). Dashed: the running mean of the epoch with dropout on, which lags behind.",
                          trial.number),
          .csv = csv_text(csv),
          .program = curves_program(sweep, "accuracy",
                                    curve("$trial_train", column(table.train, accuracy)) +
                                        curve("$trial_val", column(table.val, accuracy)) + evaluated_block("$evaluated", points),
                                    plots, hover)};
}

}  // namespace agsweep
