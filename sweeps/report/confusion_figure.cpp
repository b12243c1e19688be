#include "sweeps/report/confusion_figure.hpp"

#include <numeric>  // std::accumulate
#include <utility>  // std::move

#include <fmt/format.h>

#include "sweeps/aggregate/data_table.hpp"
#include "sweeps/report/cell_plot.hpp"
#include "sweeps/report/value_text.hpp"

namespace agsweep {

namespace {

std::string name_at(const std::vector<std::string>& names, std::size_t label) {
  return label < names.size() ? names[label] : fmt::format("class {}", label);
}

}  // namespace

std::string class_name(const ReportedSweep& sweep, std::size_t label) { return name_at(sweep.recorded.class_names, label); }

Figure confusion_plot(std::string name, std::string title, std::string caption, const std::vector<std::string>& class_names,
                      const ConfusionCounts& counts) {
  constexpr std::size_t most_named = 20;  // classes whose names and counts there is room for
  const std::size_t classes = counts.size();
  const bool few = classes <= most_named;
  const auto tick = [&](std::size_t label) {
    return label % ((classes + most_named - 1) / most_named) == 0 ? clipped(name_at(class_names, label), 14) : std::string();
  };
  CellAxis predicted{.label = "predicted class", .ticks = {}, .cells = classes};
  CellAxis actual{.label = "true class", .ticks = {}, .cells = classes};
  std::vector<PlotCell> cells;
  DataTable csv{.columns = {{"true"}, {"predicted"}, {"rows"}}};
  for (std::size_t i = 0; i < classes; ++i) {
    predicted.ticks.push_back(tick(i));
    actual.ticks.push_back(tick(classes - 1 - i));  // the first class on top
    const std::vector<std::int64_t>& row = counts[i];
    const auto total = static_cast<double>(std::accumulate(row.begin(), row.end(), std::int64_t{0}));
    for (std::size_t j = 0; j < classes; ++j) {
      const double share = total > 0 ? static_cast<double>(row[j]) / total : 0;
      cells.push_back({.column = j,
                       .row = classes - 1 - i,
                       .shade = share,
                       .text = few ? fmt::format("{}", row[j]) : "",
                       .note = few ? fmt::format("{:.1f} %", 100 * share) : ""});
      csv.rows.push_back({name_at(class_names, i), name_at(class_names, j), row[j]});
    }
  }
  return Figure{.name = std::move(name),
                .title = std::move(title),
                .caption = std::move(caption),
                .csv = csv_text(csv),
                .program = cell_plot(predicted, actual, cells),
                .height = static_cast<int>(90 + (few ? 48 * classes : 480))};
}

std::optional<Figure> confusion_figure(const ReportedSweep& sweep, const TrialResults& trial) {
  const std::optional<ConfusionCounts> counts = confusion_counts(result_value(trial, {"best", "val", "confusion"}));
  if (!counts) return std::nullopt;
  return confusion_plot(
      sweep.name + "-confusion", "confusion matrix on validation",
      fmt::format("Validation rows by true and predicted class, of trial {} with its best epoch's weights; per cent of the "
                  "true class.",
                  trial.number),
      sweep.recorded.class_names, *counts);
}

}  // namespace agsweep
