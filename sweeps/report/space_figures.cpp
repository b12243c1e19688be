#include "sweeps/report/space_figures.hpp"

#include <algorithm>  // std::clamp, std::stable_sort
#include <numeric>    // std::iota
#include <utility>    // std::move

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "sweeps/aggregate/comparable_epochs.hpp"
#include "sweeps/aggregate/data_table.hpp"
#include "sweeps/report/gnuplot.hpp"
#include "sweeps/report/hover.hpp"
#include "sweeps/report/palette.hpp"
#include "sweeps/report/plot_axis.hpp"
#include "sweeps/report/value_text.hpp"
#include "sweeps/space/parameter_axis.hpp"

namespace agsweep {

namespace {

constexpr std::size_t most_lines = 300;

/// A trial, worst first, so that the best is drawn on top.
struct Shown {
  const TrialResults* trial = nullptr;
  double value = 0;
  bool compared = false;
  double shade = 0;  // in [0, 1], where it is compared
};

/// The trials, and the range of the values that are compared.
struct ShownTrials {
  std::vector<Shown> trials;
  std::size_t of = 0;  // so many that have a value
  double low = 0;
  double high = 0;
};

ShownTrials shown_trials(const ReportedSweep& sweep, std::int64_t epoch) {
  ShownTrials all;
  const std::vector<const TrialResults*> best = best_first(sweep.results);
  all.of = best.size();
  for (const TrialResults* trial : best) {
    if (all.trials.size() == most_lines) break;
    all.trials.push_back(
        {.trial = trial, .value = sweep.results.best_up_to(trial->trial, epoch), .compared = has_reached(trial->trial, epoch)});
  }
  const auto place = [&](const Shown& shown) { return std::pair(shown.compared, sweep.results.maximise() ? shown.value : -shown.value); };
  std::stable_sort(all.trials.begin(), all.trials.end(), [&](const Shown& a, const Shown& b) { return place(a) < place(b); });
  bool any = false;
  for (const Shown& shown : all.trials) {
    if (!shown.compared) continue;
    all.low = any ? std::min(all.low, shown.value) : shown.value;
    all.high = any ? std::max(all.high, shown.value) : shown.value;
    any = true;
  }
  for (Shown& shown : all.trials) {
    const double unit = all.high > all.low ? (shown.value - all.low) / (all.high - all.low) : 1;
    shown.shade = sweep.results.maximise() || all.high == all.low ? unit : 1 - unit;
  }
  return all;
}

long colour_number(const std::string& colour) { return std::stol(colour.substr(1), nullptr, 16); }

/// On both a white and a dark page: without the ends of the scale, of which one would be lost on either.
long colour_of(const Shown& shown) { return colour_number(sequential_colour(0.15 + 0.75 * shown.shade)); }

/// On the parameter's own scale, from 0 to 1; a trial of [[trial]] may lie outside its bounds.
double unit_place(const ParameterAxis& axis, double number) {
  if (axis.high <= axis.low) return 0.5;
  return std::clamp((place_of(axis, number) - axis.low) / (axis.high - axis.low), -0.05, 1.05);
}

std::string upright(std::size_t place) {
  return fmt::format("set arrow from {0}, graph 0 to {0}, graph 1 nohead back lc rgb '{1}' lw 1\n", place, muted.light);
}

std::string end_label(const std::string& text, double x, double y) {
  return fmt::format("set label {} at {}, {} left offset 0.3, 0 font small front textcolor rgb '{}'\n", gnuplot_text(clipped(text, 12)), x,
                     y, ink.light);
}

/// A parameter's values along its line: each where there are few, else the ends.
std::string axis_labels(const Parameter& parameter, std::size_t place) {
  const ParameterAxis axis = axis_of(parameter);
  const auto x = static_cast<double>(place);
  std::string labels;
  if (parameter.scale == Scale::values && parameter.values.size() <= 12) {
    for (std::size_t i = 0; i < parameter.values.size(); ++i) {
      labels += end_label(short_text(parameter.values[i]), x, unit_place(axis, static_cast<double>(i)));
    }
    return labels;
  }
  for (const double number : {axis.first, axis.last}) {
    const std::string text = parameter.scale == Scale::values ? short_text(value_at(parameter, number)) : number_text(parameter, number);
    labels += end_label(text, x, unit_place(axis, number));
  }
  return labels;
}

/// What the colours of both figures say.
std::string colours_text(const ReportedSweep& sweep, const ShownTrials& all, std::int64_t epoch) {
  const bool grey = std::any_of(all.trials.begin(), all.trials.end(), [](const Shown& shown) { return !shown.compared; });
  const std::string left_out =
      all.trials.size() == all.of
          ? ""
          : fmt::format(" Only the best {} of the {} trials are drawn: the worst values are not seen here.", all.trials.size(), all.of);
  return fmt::format("Brighter is better: {} after {}, from {} to {}{}.{}", metric_name(sweep.results.spec.metric), counted(epoch, "epoch"),
                     metric_text(all.low), metric_text(all.high),
                     grey ? "; grey: trials that have not trained for as long, and cannot be compared" : "", left_out);
}

Figure pair_figure(const ReportedSweep& sweep, const ShownTrials& all, std::size_t across, std::size_t up) {
  const SearchSpace& space = sweep.results.spec.space;
  std::string data = "$points << EOD\n";
  std::vector<double> columns, rows;
  Hover hover;
  DataTable csv{.columns = {{"trial"},
                            {space[across].key},
                            {space[up].key},
                            {"compared"},
                            {std::string(to_word(sweep.results.spec.metric)), Digits::measured}}};
  for (const Shown& shown : all.trials) {
    const Point& point = shown.trial->trial.point;
    columns.push_back(point[across]);
    rows.push_back(point[up]);
    if (shown.compared) data += fmt::format("{} {} {}\n", point[across], point[up], colour_of(shown));
    hover.add(point[across], point[up], trial_hover(sweep, *shown.trial, shown.value));
    csv.rows.push_back({shown.trial->number, shown.trial->parameters.at(space[across].key), shown.trial->parameters.at(space[up].key),
                        shown.compared, shown.value});
  }
  data += "EOD\n";
  std::vector<std::vector<double>> grey;
  for (const Shown& shown : all.trials) {
    if (!shown.compared) grey.push_back({shown.trial->trial.point[across], shown.trial->trial.point[up]});
  }
  std::string plot = "plot ";
  if (!grey.empty()) {
    data += data_block("$grey", grey);
    plot += fmt::format("$grey using 1:2 with points pt 6 ps 0.5 lc rgb '{}', ", faint.light);
  }
  return {.name = fmt::format("{}-pair-{}-{}", sweep.name, file_word(space[across].key), file_word(space[up].key)),
          .title = fmt::format("trials by {} and {}", space[across].key, space[up].key),
          .caption = fmt::format("{} and {}.", space[across].key, space[up].key),
          .csv = csv_text(csv),
          .program = parameter_axis('x', space[across], columns) + parameter_axis('y', space[up], rows) +
                     axis_label('x', space[across].key) + axis_label('y', space[up].key) +
                     "unset key\nset xtics rotate by 40 right font smaller\nset ytics font smaller\n" + data + hover.data() + plot +
                     "$points using 1:2:3 with points pt 7 ps 0.8 lc rgb variable" + hover.plot() + "\n",
          .width = 320,
          .height = 250};
}

}  // namespace

Figure parallel_figure(const ReportedSweep& sweep, std::int64_t epoch) {
  const SweepSpec& spec = sweep.results.spec;
  const ShownTrials all = shown_trials(sweep, epoch);
  const std::size_t axes = spec.space.size();
  std::string data = "$lines << EOD\n", program;
  std::vector<std::string> ticks;
  Hover hover;
  DataTable csv{.columns = {{"trial"}}};
  for (const Parameter& parameter : spec.space) csv.columns.push_back({parameter.key});
  csv.columns.insert(csv.columns.end(), {{"compared"}, {std::string(to_word(spec.metric)), Digits::measured}});
  for (std::size_t i = 0; i < axes; ++i) {
    ticks.push_back(fmt::format("{} {}", gnuplot_tick_text(clipped(spec.space[i].key, 16)), i));
    program += upright(i) + axis_labels(spec.space[i], i);
  }
  ticks.push_back(fmt::format("{} {}", gnuplot_tick_text(metric_label(spec.metric)), axes));
  program += upright(axes) + end_label(metric_text(all.low), static_cast<double>(axes), 0) +
             end_label(metric_text(all.high), static_cast<double>(axes), 1);
  for (const Shown& shown : all.trials) {
    const long colour = shown.compared ? colour_of(shown) : colour_number(std::string(faint.light));
    const std::string text = trial_hover(sweep, *shown.trial, shown.value);
    std::vector<Cell> row = {shown.trial->number};
    for (std::size_t i = 0; i < axes; ++i) {
      const double place = unit_place(axis_of(spec.space[i]), shown.trial->trial.point[i]);
      data += fmt::format("{} {} {}\n", i, place, colour);
      hover.add(static_cast<double>(i), place, text);
      row.emplace_back(shown.trial->parameters.at(spec.space[i].key));
    }
    if (shown.compared) {
      const double place = all.high > all.low ? (shown.value - all.low) / (all.high - all.low) : 0.5;
      data += fmt::format("{} {} {}\n", axes, place, colour);
      hover.add(static_cast<double>(axes), place, text);
    }
    data += '\n';  // the line ends
    row.insert(row.end(), {shown.compared, shown.value});
    csv.rows.push_back(std::move(row));
  }
  return {.name = sweep.name + "-parallel",
          .title = "trials over all hyperparameters",
          .caption = fmt::format("Each line is a trial: its hyperparameters, each on its own scale, then its value. {}",
                                 colours_text(sweep, all, epoch)),
          .csv = csv_text(csv),
          .program =
              fmt::format("unset grid\nset border 0\nunset key\nset xrange [-0.1:{}]\nset yrange [-0.08:1.08]\nunset ytics\nset xtics "
                          "scale 0 ({})\n",
                          static_cast<double>(axes) + 0.45, fmt::join(ticks, ", ")) +
              program + data + "EOD\n" + hover.data() + "plot $lines using 1:2:3 with lines lw 1.1 lc rgb variable" + hover.plot() + "\n",
          .width = static_cast<int>(std::max<std::size_t>(480, 110 * (axes + 1))),
          .height = 330};
}

std::vector<Figure> pair_figures(const ReportedSweep& sweep, std::int64_t epoch) {
  constexpr std::size_t most = 8;
  const SearchSpace& space = sweep.results.spec.space;
  std::vector<std::size_t> order(space.size());
  std::iota(order.begin(), order.end(), 0);
  const HyperparameterImportance& importance = sweep.ranked.importances.front();
  if (space.size() > most && importance.shares) {
    const std::vector<Importance>& shares = importance.shares->parameters;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return shares[a].mean > shares[b].mean; });
  }
  order.resize(std::min(order.size(), most));
  const ShownTrials all = shown_trials(sweep, epoch);
  std::vector<Figure> figures;
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = i + 1; j < order.size(); ++j) figures.push_back(pair_figure(sweep, all, order[i], order[j]));
  }
  if (!figures.empty()) figures.front().caption += fmt::format(" {}", colours_text(sweep, all, epoch));
  return figures;
}

}  // namespace agsweep
