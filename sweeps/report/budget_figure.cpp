#include "sweeps/report/budget_figure.hpp"

#include <algorithm>  // std::max, std::min

#include <fmt/format.h>

#include "sweeps/aggregate/data_table.hpp"
#include "sweeps/report/palette.hpp"
#include "sweeps/report/plot_axis.hpp"
#include "sweeps/report/sweep_text.hpp"
#include "sweeps/report/value_text.hpp"
#include "sweeps/statistics/expected_best.hpp"

namespace agsweep {

namespace {

std::optional<Figure> expected_figure(const ReportedSweep& sweep) {
  const SweepSpec& spec = sweep.results.spec;
  const double sign = sweep.results.maximise() ? 1 : -1;  // of a score, of which more is better
  std::vector<double> scores;
  for (const RankedConfiguration& configuration : sweep.ranked.ranking.configurations) {
    if (configuration.complete) scores.push_back(sign * configuration.value.mean);
  }
  if (scores.empty()) return std::nullopt;

  const std::vector<ExpectedBest> best = expected_best(scores);
  std::vector<std::vector<double>> rows;
  DataTable csv{.columns = {{"configurations"}, {"expected_best", Digits::measured}, {"standard_deviation", Digits::measured}}};
  // Above the best value that was found, or below the worst, nothing was seen.
  const auto [worst, highest] = std::minmax_element(scores.begin(), scores.end());
  for (std::size_t i = 0; i < best.size(); ++i) {
    const double low = std::max(best[i].mean - best[i].standard_deviation, *worst);
    const double high = std::min(best[i].mean + best[i].standard_deviation, *highest);
    rows.push_back({static_cast<double>(i + 1), sign * best[i].mean, sign * low, sign * high});
    csv.rows.push_back({static_cast<std::int64_t>(i + 1), sign * best[i].mean, best[i].standard_deviation});
  }
  const std::string metric = metric_name(spec.metric);
  const char* const independent = spec.sampler == SamplerKind::random && configuration_origins(sweep.results).given == 0
                                      ? ""
                                      : " The estimate assumes configurations drawn independently at random, which this sweep's were "
                                        "not: read it as a guide.";
  const auto count = static_cast<std::int64_t>(best.size());
  return Figure{.name = sweep.name + "-budget",
                .title = fmt::format("expected best {} against budget", metric),
                .caption = fmt::format(
                    "Expected best {} of a search of so many configurations (Dodge et al. 2019), from the {} that are complete; band: "
                    "one standard deviation, cut at the values seen.{}",
                    metric, count, independent),
                .csv = csv_text(csv),
                .program = whole_number_axis('x', 1, std::max<std::int64_t>(count, 2)) + axis_label('x', "configurations tried") +
                           axis_label('y', "expected best " + metric) +
                           "unset key\nset autoscale yfix\nset offsets 0, 0, graph 0.05, graph 0.05\n" + data_block("$best", rows) +
                           fmt::format("plot $best using 1:3:4 with filledcurves fs transparent solid 0.18 noborder lc rgb '{0}', "
                                       "$best using 1:2 with {1} pt 7 ps 0.5 lw 1.5 lc rgb '{0}'\n",
                                       series_colours[0].light, count > 40 ? "lines" : "linespoints")};
}

/// A failed trial costs epochs, but is never the best.
bool counts(const SweepResults& sweep, std::int64_t number) {
  const auto place = static_cast<std::size_t>(number);
  return place < sweep.trials.size() && sweep.trials[place].trial.phase != TrialPhase::failed;
}

std::optional<Figure> so_far_figure(const ReportedSweep& sweep) {
  if (sweep.spent.empty()) return std::nullopt;
  std::vector<std::vector<double>> rows;
  DataTable csv{.columns = {{"epochs"}, {"trial"}, {std::string(to_word(sweep.results.spec.metric)), Digits::measured}}};
  double best = 0;
  for (std::size_t i = 0; i < sweep.spent.size(); ++i) {
    const double value = sweep.spent[i].value;
    const bool better = rows.empty() || (sweep.results.maximise() ? value > best : value < best);
    if (better && counts(sweep.results, sweep.spent[i].trial)) {
      best = value;
      rows.push_back({static_cast<double>(i + 1), best});
      csv.rows.push_back({static_cast<std::int64_t>(i + 1), sweep.spent[i].trial, best});
    }
  }
  if (rows.empty()) return std::nullopt;
  const auto count = static_cast<std::int64_t>(sweep.spent.size());
  rows.push_back({static_cast<double>(count), best});
  const std::string metric = metric_name(sweep.results.spec.metric);
  return Figure{
      .name = sweep.name + "-budget",
      .title = fmt::format("best {} so far against epochs", metric),
      .caption = fmt::format("Best {} so far against the epochs that all trials have trained together; each step is a new best.", metric),
      .csv = csv_text(csv),
      .program = whole_number_axis('x', 0, std::max<std::int64_t>(count, 2)) + axis_label('x', "epochs trained, all trials together") +
                 axis_label('y', "best " + metric) + "unset key\nset autoscale yfix\nset offsets 0, 0, graph 0.05, graph 0.05\n" +
                 data_block("$best", rows) +
                 fmt::format("plot $best using 1:2 with steps lw 1.6 lc rgb '{0}', "
                             "$best every ::::{1} using 1:2 with points pt 7 ps 0.6 lc rgb '{0}'\n",
                             series_colours[0].light, rows.size() - 2)};
}

}  // namespace

std::optional<Figure> budget_figure(const ReportedSweep& sweep) {
  return sweep.results.spec.scheduler.kind == SchedulerKind::none ? expected_figure(sweep) : so_far_figure(sweep);
}

}  // namespace agsweep
