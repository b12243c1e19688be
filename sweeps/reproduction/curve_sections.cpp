#include "sweeps/reproduction/page_sections.hpp"

#include <algorithm>  // std::max

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "sweeps/aggregate/data_table.hpp"
#include "sweeps/report/gnuplot.hpp"
#include "sweeps/report/html.hpp"
#include "sweeps/report/palette.hpp"
#include "sweeps/report/plot_axis.hpp"
#include "sweeps/report/value_text.hpp"
#include "sweeps/statistics/mean_interval.hpp"

namespace agsweep {

namespace {

constexpr const char* loose = "set autoscale yfix\nset offsets 0, 0, graph 0.05, graph 0.05\n";

std::string name_of(const std::string& model) { return model == "scratch" ? "scratch" : "LoRA"; }

/// A metric of one split after epoch 1, 2, .., as a data block.
std::string curve(const std::string& block, const std::vector<MetricRow>& epochs, Metric metric) {
  std::vector<std::vector<double>> rows;
  for (std::size_t i = 0; i < epochs.size(); ++i) rows.push_back({static_cast<double>(i + 1), epochs[i][static_cast<std::size_t>(metric)]});
  return data_block(block, rows);
}

/// Each seed's training and validation curve.
Figure curves_of(const TestedModel& model, Metric metric) {
  std::string data;
  std::vector<std::string> plots;
  DataTable csv{.columns = {{"seed"}, {"epoch"}, {"train", Digits::measured}, {"val", Digits::measured}}};
  std::int64_t longest = 2;
  for (std::size_t i = 0; i < model.runs.size(); ++i) {
    const auto found = model.sweep.epochs.find(model.runs[i].trial->number);
    if (found == model.sweep.epochs.end()) continue;
    const EpochTable& table = found->second;
    const std::string block = fmt::format("$seed{}", i);
    data += curve(block + "t", table.train, metric) + curve(block + "v", table.val, metric);
    plots.push_back(fmt::format("{}t using 1:2 with linespoints dt 2 pt {} ps 0.4 lw 1.2 lc rgb '{}' {}", block, series_points[1],
                                series_colours[1].light, plots.empty() ? "title 'training'" : "notitle"));
    plots.push_back(fmt::format("{}v using 1:2 with linespoints pt {} ps 0.4 lw 1.2 lc rgb '{}' {}", block, series_points[0],
                                series_colours[0].light, plots.size() == 1 ? "title 'validation'" : "notitle"));
    longest = std::max(longest, std::ssize(table.val));
    for (std::size_t epoch = 0; epoch < std::min(table.train.size(), table.val.size()); ++epoch) {
      csv.rows.push_back({model.runs[i].seed, static_cast<std::int64_t>(epoch + 1), table.train[epoch][static_cast<std::size_t>(metric)],
                          table.val[epoch][static_cast<std::size_t>(metric)]});
    }
  }
  const std::string model_name = name_of(model.sweep.results.spec.model);
  return {
      .name = fmt::format("{}-{}", file_word(model.name), file_word(metric_label(metric))),
      .title = fmt::format("{} of {} against epochs", metric_label(metric), model_name),
      .caption = fmt::format("{}: {} after each epoch, a curve a seed. Training figures are running means of the epoch, with dropout{}.",
                             capitalised(model_name), metric_label(metric), metric == Metric::loss ? " and label smoothing" : ""),
      .csv = csv_text(csv),
      .program = whole_number_axis('x', 1, longest) + axis_label('x', "epoch") + axis_label('y', label_with_unit(metric)) + loose + data +
                 fmt::format("plot {}\n", fmt::join(plots, ", "))};
}

/// The rows that an arm trained on, and test F1 over its seeds.
struct LearningPoint {
  std::int64_t rows;
  MeanInterval f1;
};

std::vector<LearningPoint> learning_curve(const Reproduced& reproduced, const std::string& model) {
  std::vector<LearningPoint> points;
  for (const auto& [name, arm] : reproduced.arms) {
    const std::int64_t limit = arm.sweep.results.train_limit;
    if (arm.runs.empty() || (name != model && (limit == 0 || arm.sweep.results.spec.model != model))) continue;
    std::vector<double> f1;
    for (const TestedRun& run : arm.runs) f1.push_back(run.test.at("f1_macro").get<double>());
    points.push_back({.rows = limit == 0 ? reproduced.rows[0] : limit, .f1 = mean_interval(f1)});
  }
  std::sort(points.begin(), points.end(), [](const LearningPoint& a, const LearningPoint& b) { return a.rows < b.rows; });
  return points;
}

}  // namespace

ReportSection training_curves_section(const Reproduced& reproduced) {
  ReportSection section{.title = "Training curves"};
  for (const std::string& model : reproduced.plan.models) {
    const TestedModel& arm = reproduced.arms.at(model);
    if (arm.runs.empty() || arm.sweep.epochs.empty()) continue;
    section.figures.push_back(curves_of(arm, Metric::accuracy));
    section.figures.push_back(curves_of(arm, Metric::loss));
  }
  if (section.figures.empty()) section.before = nothing_to_show("No training is complete.");
  return section;
}

ReportSection few_examples_section(const Reproduced& reproduced) {
  ReportSection section{.title = "With few examples"};
  std::string data;
  std::vector<std::string> plots;
  DataTable csv{.columns = {{"model"}, {"rows"}, {"f1_macro", Digits::measured}, {"half_width", Digits::measured}}};
  for (std::size_t i = 0; i < reproduced.plan.models.size(); ++i) {
    const std::string& model = reproduced.plan.models[i];
    std::vector<std::vector<double>> rows;
    for (const LearningPoint& point : learning_curve(reproduced, model)) {
      rows.push_back({static_cast<double>(point.rows), point.f1.mean, point.f1.half_width.value_or(0)});
      csv.rows.push_back({model, point.rows, point.f1.mean, point.f1.half_width ? Cell(*point.f1.half_width) : Cell()});
    }
    if (rows.empty()) continue;
    data += data_block(fmt::format("$model{}", i), rows);
    plots.push_back(fmt::format("$model{} using 1:2:3 with yerrorlines pt {} ps 0.6 lw 1.4 lc rgb '{}' title {}", i, series_points[i],
                                series_colours[i].light, gnuplot_text(name_of(model))));
  }
  if (plots.empty()) {
    section.before = nothing_to_show("No training on few rows is complete.");
    return section;
  }
  section.figures.push_back(
      {.name = "few-examples",
       .title = "macro F1 on test against training rows",
       .caption = "Macro F1 on test against the training rows, which are stratified and nested; bars are 95 % Student’s t "
                  "intervals over the seeds, none for one seed. Fewer rows have smaller batches and more epochs.",
       .csv = csv_text(csv),
       .program = "set logscale x\nset format x '%.0f'\n" + axis_label('x', "training rows") + axis_label('y', "macro F1 on test") +
                  "set autoscale yfix\nset offsets graph 0.05, graph 0.05, graph 0.05, graph 0.05\n" + data +
                  fmt::format("plot {}\n", fmt::join(plots, ", "))});
  return section;
}

}  // namespace agsweep
