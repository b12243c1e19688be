#include "sweeps/report/pareto_figure.hpp"

#include <algorithm>  // std::minmax_element

#include <fmt/format.h>

#include "sweeps/aggregate/data_table.hpp"
#include "sweeps/report/hover.hpp"
#include "sweeps/report/palette.hpp"
#include "sweeps/report/plot_axis.hpp"
#include "sweeps/report/value_text.hpp"

namespace agsweep {

namespace {

std::string cost_text(ParetoCost cost, double number) {
  if (cost == ParetoCost::seconds) return time_text(number);
  return cost == ParetoCost::memory ? fmt::format("{:.3g} GB", number / 1e9) : grouped_text(number);
}

/// As it is drawn: millions of parameters, seconds, GB.
double drawn(ParetoCost cost, double number) {
  if (cost == ParetoCost::seconds) return number;
  return number / (cost == ParetoCost::memory ? 1e9 : 1e6);
}

std::string drawn_label(ParetoCost cost) {
  if (cost == ParetoCost::parameters) return "trained parameters (millions)";
  return cost == ParetoCost::memory ? "peak memory (GB)" : cost_label(cost);
}

}  // namespace

std::string cost_label(ParetoCost cost) {
  if (cost == ParetoCost::parameters) return "trained parameters";
  return cost == ParetoCost::memory ? "peak memory" : "training and evaluation (s)";
}

std::optional<Figure> pareto_figure(const ReportedSweep& sweep, ParetoCost cost) {
  const TrialRanking& ranking = sweep.ranked.ranking;
  const std::vector<ParetoPoint> points = pareto_points({&sweep.results, 1}, ranking, cost);
  constexpr double differs = 1.05;  // less is no choice, and mostly chance
  if (points.size() < 2 || points.back().cost < differs * points.front().cost) return std::nullopt;

  std::vector<std::vector<double>> others, best;
  Hover hover;
  DataTable csv{
      .columns = {
          {"rank"}, {"trial"}, {std::string(to_word(cost))}, {std::string(to_word(ranking.scope.metric)), Digits::measured}, {"unbeaten"}}};
  for (const ParetoPoint& point : points) {
    const TrialResults& trial = sweep.results.trials[ranking.configurations[point.rank].trials.front().trial];
    (point.best ? best : others).push_back({drawn(cost, point.cost), point.value});
    hover.add(drawn(cost, point.cost), point.value,
              fmt::format("{}; {}", trial_hover(sweep, trial, point.value), cost_text(cost, point.cost)));
    csv.rows.push_back({static_cast<std::int64_t>(point.rank + 1), trial.number, point.cost, point.value, point.best});
  }
  const bool wide = points.back().cost > 10 * points.front().cost && points.front().cost > 0;
  const std::string metric = metric_name(ranking.scope.metric);
  std::string program = (wide ? "set logscale x\n" : "") + axis_label('x', drawn_label(cost) + (wide ? " (log scale)" : "")) +
                        axis_label('y', metric) +
                        "set autoscale xfix\nset autoscale yfix\nset offsets graph 0.04, graph 0.04, graph 0.06, graph 0.06\n" +
                        data_block("$best", best) + data_block("$others", others) + hover.data() + "plot ";
  if (!others.empty()) {
    program += fmt::format("$others using 1:2 with points pt 7 ps 0.6 lc rgb '{}' title 'beaten', ", muted.light);
  }
  program += fmt::format(
      "$best using 1:2 with steps lw 1.2 lc rgb '{0}' notitle, $best using 1:2 with points pt 7 ps 0.8 lc rgb '{0}' title "
      "'unbeaten'{1}\n",
      series_colours[1].light, hover.plot());
  return Figure{
      .name = fmt::format("{}-pareto-{}", sweep.name, to_word(cost)),
      .title = fmt::format("{} against {}", metric, cost_label(cost)),
      .caption = fmt::format("{} of the complete configurations against {}. Unbeaten: no other is as cheap and as good; the cheapest of "
                             "them takes {}, the best {}.",
                             capitalised(metric), cost_label(cost), cost_text(cost, points.front().cost),
                             cost_text(cost,
                                       [&] {
                                         double most = 0;
                                         for (const ParetoPoint& point : points) most = point.best ? point.cost : most;
                                         return most;
                                       }())),
      .csv = csv_text(csv),
      .program = std::move(program)};
}

}  // namespace agsweep
