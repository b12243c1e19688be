#include "sweeps/report/heat_map.hpp"

#include <algorithm>  // std::any_of, std::find_if, std::clamp
#include <cmath>
#include <map>
#include <numeric>  // std::iota

#include <fmt/format.h>

#include "sweeps/aggregate/comparable_epochs.hpp"
#include "sweeps/aggregate/data_table.hpp"
#include "sweeps/report/cell_plot.hpp"
#include "sweeps/report/hover.hpp"
#include "sweeps/report/value_text.hpp"

namespace agsweep {

namespace {

constexpr std::size_t parts = 6;

/// How a parameter's numbers fall into cells.
struct Bins {
  CellAxis axis;
  bool logarithmic = false;
  double low = 0;    // of the first cell
  double width = 1;  // of a cell; both on the scale of `place`

  double place(double number) const { return logarithmic ? std::log(number) : number; }
  std::size_t of(double number) const {
    const double cell = std::floor((place(number) - low) / width);
    return static_cast<std::size_t>(std::clamp(cell, 0.0, static_cast<double>(axis.cells - 1)));
  }
};

/// One cell a number from `low` on.
Bins whole_bins(const Parameter& parameter, double low, double high) {
  Bins bins{.axis = {.label = parameter.key, .ticks = {}, .cells = static_cast<std::size_t>(high - low) + 1}, .low = low - 0.5};
  for (std::size_t i = 0; i < bins.axis.cells; ++i) {
    bins.axis.ticks.push_back(clipped(short_text(value_at(parameter, low + static_cast<double>(i))), 14));
  }
  return bins;
}

Bins bins_of(const Parameter& parameter, const std::vector<const TrialResults*>& trials, std::size_t which) {
  if (parameter.scale == Scale::values) return whole_bins(parameter, 0, static_cast<double>(parameter.values.size()) - 1);
  double low = parameter.low, high = parameter.high;
  for (const TrialResults* trial : trials) {
    low = std::min(low, trial->trial.point[which]);
    high = std::max(high, trial->trial.point[which]);
  }
  if (parameter.scale == Scale::integer && high - low < 8) return whole_bins(parameter, low, high);

  Bins bins{.axis = {.label = parameter.key, .ticks = {}, .cells = parts, .between = true}};
  bins.logarithmic = parameter.scale == Scale::log || parameter.scale == Scale::log_integer;
  bins.low = bins.place(low);
  bins.width = high > low ? (bins.place(high) - bins.low) / static_cast<double>(parts) : 1;
  for (std::size_t i = 0; i <= parts; ++i) {
    const double edge = bins.low + static_cast<double>(i) * bins.width;
    bins.axis.ticks.push_back(number_text(parameter, bins.logarithmic ? std::exp(edge) : edge, 2));
  }
  return bins;
}

/// The trials of one cell.
struct Group {
  const TrialResults* best = nullptr;
  double value = 0;  // of the best
  std::int64_t count = 0;
};

}  // namespace

std::pair<std::size_t, std::size_t> heat_map_parameters(const ReportedSweep& sweep) {
  const SearchSpace& space = sweep.results.spec.space;
  const auto place = [&](std::string_view key) {
    const auto found = std::find_if(space.begin(), space.end(), [key](const Parameter& parameter) { return parameter.key == key; });
    return static_cast<std::size_t>(found - space.begin());
  };
  const std::size_t rate = place("lr"), rank = place("lora_rank");
  if (rate < space.size() && rank < space.size()) return {rate, rank};

  std::vector<std::size_t> order(space.size());
  std::iota(order.begin(), order.end(), 0);
  const HyperparameterImportance& importance = sweep.ranked.importances.front();
  if (importance.shares) {
    const std::vector<Importance>& shares = importance.shares->parameters;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return shares[a].mean > shares[b].mean; });
  }
  return {order[0], order[1]};
}

std::vector<std::int64_t> heat_map_epochs(const SweepResults& sweep) {
  constexpr std::size_t most = 4;
  std::vector<std::int64_t> reached;
  for (const std::int64_t epoch : comparable_epochs(sweep)) {
    const bool any = std::any_of(sweep.trials.begin(), sweep.trials.end(), [epoch](const TrialResults& trial) {
      return trial.trial.phase != TrialPhase::failed && has_reached(trial.trial, epoch);
    });
    if (any) reached.insert(reached.begin(), epoch);
  }
  reached.resize(std::min(reached.size(), sweep.spec.scheduler.kind == SchedulerKind::asha ? most : 1));
  return reached;
}

Figure heat_map(const ReportedSweep& sweep, std::int64_t epoch) {
  const auto [across, up] = heat_map_parameters(sweep);
  const SweepSpec& spec = sweep.results.spec;
  std::vector<const TrialResults*> trials = best_first(sweep.results);
  const Bins columns = bins_of(spec.space[across], trials, across);
  const Bins rows = bins_of(spec.space[up], trials, up);
  std::erase_if(trials, [epoch](const TrialResults* trial) { return !has_reached(trial->trial, epoch); });

  std::map<std::pair<std::size_t, std::size_t>, Group> groups;
  for (const TrialResults* trial : trials) {
    Group& group = groups[{columns.of(trial->trial.point[across]), rows.of(trial->trial.point[up])}];
    const double value = sweep.results.best_up_to(trial->trial, epoch);
    if (group.best == nullptr || (sweep.results.maximise() ? value > group.value : value < group.value)) {
      group.best = trial;
      group.value = value;
    }
    ++group.count;
  }
  double low = groups.begin()->second.value, high = low;
  for (const auto& [place, group] : groups) {
    low = std::min(low, group.value);
    high = std::max(high, group.value);
  }
  const bool small = columns.axis.cells > 7;  // no room for four decimals
  std::vector<PlotCell> cells;
  DataTable csv{.columns = {{"column"},
                            {"row"},
                            {"best_trial"},
                            {spec.space[across].key},
                            {spec.space[up].key},
                            {"epochs"},
                            {"trials"},
                            {std::string(to_word(spec.metric)), Digits::measured}}};
  for (const auto& [place, group] : groups) {
    const double shade = high > low ? (group.value - low) / (high - low) : 1;
    cells.push_back({.column = place.first,
                     .row = place.second,
                     .shade = sweep.results.maximise() || high == low ? shade : 1 - shade,
                     .text = fmt::format("{:.{}f}", group.value, small ? 2 : 3),
                     .note = small ? "" : fmt::format("n={}", group.count),
                     .hover = fmt::format("{}, best of {}", trial_hover(sweep, *group.best, group.value), counted(group.count, "trial"))});
    csv.rows.push_back({static_cast<std::int64_t>(place.first), static_cast<std::int64_t>(place.second), group.best->number,
                        group.best->parameters.at(spec.space[across].key), group.best->parameters.at(spec.space[up].key), epoch,
                        group.count, group.value});
  }
  const std::string when = fmt::format("after {}", counted(epoch, "epoch"));
  return {.name = fmt::format("{}-heat-map{}", sweep.name,
                              spec.scheduler.kind == SchedulerKind::asha ? fmt::format("-{}", epoch) : std::string()),
          .title = fmt::format("best {} {} by {} and {}", metric_name(spec.metric), when, columns.axis.label, rows.axis.label),
          .caption = fmt::format("Best {} {}, by {} and {}, whatever the other parameters: all trials here have trained for as long (n is "
                                 "how many). Brighter is better, from {} to {}; no trial lies in an empty cell.",
                                 metric_name(spec.metric), when, columns.axis.label, rows.axis.label, metric_text(low), metric_text(high)),
          .csv = csv_text(csv),
          .program = cell_plot(columns.axis, rows.axis, cells),
          .height = static_cast<int>(90 + 44 * std::max<std::size_t>(rows.axis.cells, 4))};
}

}  // namespace agsweep
