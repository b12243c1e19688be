#include <algorithm>  // std::min

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "sweeps/report/cost.hpp"
#include "sweeps/report/html.hpp"
#include "sweeps/report/rung_table.hpp"
#include "sweeps/report/section.hpp"
#include "sweeps/report/sweep_text.hpp"
#include "sweeps/report/value_text.hpp"

namespace agsweep {

namespace {

std::string cost_table_html(const CostTable& costs, const ReportOptions& options) {
  using enum HtmlTable::Align;
  std::vector<std::string> header = {"trials", "number", "epochs", "trial time", "device-hours"};
  if (options.price) header.emplace_back("cost");
  HtmlTable table(header, [&] {
    std::vector<HtmlTable::Align> align(header.size(), right);
    align.front() = left;
    return align;
  }());
  table.keep_last_in_view();
  const auto add = [&](const std::string& name, const Cost& cost, bool mark) {
    std::vector<std::string> row = {name, fmt::format("{}", cost.trials), fmt::format("{}", cost.epochs), time_text(cost.seconds),
                                    fmt::format("{:.4g}", device_hours(cost))};
    if (options.price) row.push_back(fmt::format("{:.2f}", device_hours(cost) * *options.price));
    table.add(row, mark);
  };
  for (const CostTable::Row& row : costs.rows) add(std::string(to_word(row.phase)), row.cost, false);
  add("all", costs.total, true);
  return table.html();
}

/// Of a few pairs a rank correlation says nothing: of nine its 95 % interval is at least 1.2 wide around zero.
std::string correlation_text(const RungRow& rung) {
  constexpr std::int64_t least_pairs = 10;
  if (rung.pairs < least_pairs) return fmt::format("left out: fewer than {} pairs", least_pairs);
  return rung.correlation ? fmt::format("{:+.2f}", *rung.correlation) : "left out: all equal";
}

/// How the epochs compare with training each trial at full length.
std::string saving_text(const ReportedSweep& sweep, const CostTable& costs) {
  const std::int64_t full = std::ssize(sweep.results.trials) * sweep.results.epochs;
  if (sweep.results.spec.scheduler.kind == SchedulerKind::none || full == 0) return "";
  return fmt::format(" The scheduler spent {} of the {} epochs that all trials would have taken at full length ({:.0f} %).",
                     costs.total.epochs, full, 100 * static_cast<double>(costs.total.epochs) / static_cast<double>(full));
}

}  // namespace

ReportSection rungs_section(const ReportedSweep& sweep) {
  using enum HtmlTable::Align;
  ReportSection section{.title = "Rungs of the scheduler"};
  if (sweep.results.spec.scheduler.kind != SchedulerKind::asha) {
    section.before = nothing_to_show("The sweep did not run under ASHA, so it has no rungs.");
    return section;
  }
  const std::vector<RungRow> rungs = rung_table(sweep.results);
  if (rungs.empty()) {
    section.before = nothing_to_show("No trial has begun.");
    return section;
  }
  HtmlTable table({"rung (epochs)", "reached", "promoted", "best", "median", "correlation with the last", "trials in both"},
                  {right, right, right, right, right, right, right});
  for (const RungRow& rung : rungs) {
    const bool last = rung.epoch == rungs.back().epoch;
    table.add({fmt::format("{}", rung.epoch), fmt::format("{}", rung.reached), last ? "–" : fmt::format("{}", rung.promoted),
               rung.reached > 0 ? metric_text(rung.best) : "–", rung.reached > 0 ? metric_text(rung.median) : "–",
               last ? "–" : correlation_text(rung), last ? "–" : fmt::format("{}", rung.pairs)});
  }
  section.before = table.html();
  section.after =
      "<p class=\"note\">Best and median of the best values up to each rung; trials at different rungs have trained for different times. "
      "The "
      "correlation is Spearman’s, between the values at the rung and at the last one, over the trials that reached both; since only "
      "promoted trials do, it is lower than over all trials would be.</p>\n";
  return section;
}

ReportSection cost_section(const ReportedSweep& sweep, const ReportOptions& options) {
  ReportSection section{.title = "Cost"};
  const CostTable costs = cost_table(sweep);
  if (costs.total.trials == 0) {
    section.before = nothing_to_show("No trial has begun.");
    return section;
  }
  std::string text = fmt::format("The trials took {:.4g} device-hours", device_hours(costs.total));
  if (options.price) {
    text += fmt::format(", which is {:.2f} at {} per device-hour", device_hours(costs.total) * *options.price, option_text(*options.price));
  }
  text += fmt::format(".{}", saving_text(sweep, costs));
  if (!costs.devices.empty()) text += fmt::format(" Devices: {}.", fmt::join(costs.devices, "; "));
  if (costs.untimed > 0) {
    text += fmt::format(" The time of {} is not known and is left out.", counted(costs.untimed, "trial"));
  }
  section.before = paragraph(text) + cost_table_html(costs, options);
  section.after =
      "<p class=\"note\">Training and evaluation time of each trial times its ranks; a device is what one rank trains on, a GPU or a "
      "rank’s CPU "
      "threads. Trials that shared a device at once count in full each. Start-up and waiting are not in it.</p>\n";
  return section;
}

ReportSection failures_section(const ReportedSweep& sweep) {
  using enum HtmlTable::Align;
  constexpr std::size_t most = 50;
  ReportSection section{.title = "Failures"};
  std::vector<std::string> header = {"trial"};
  for (const Parameter& parameter : sweep.results.spec.space) header.push_back(parameter.key);
  for (const char* name : {"epochs", "retries", "reason"}) header.emplace_back(name);
  std::vector<HtmlTable::Align> align(header.size(), right);
  align.back() = left;
  HtmlTable table(header, align);
  std::size_t failed = 0;
  for (const TrialResults& trial : sweep.results.trials) {
    if (trial.trial.phase != TrialPhase::failed || ++failed > most) continue;
    std::vector<std::string> row = {fmt::format("{}", trial.number)};
    for (const Parameter& parameter : sweep.results.spec.space) row.push_back(parameter_text(parameter, trial));
    row.insert(row.end(), {fmt::format("{}", trial.trial.epochs()), fmt::format("{}", trial.trial.retries),
                           trial.trial.error.empty() ? "not recorded" : trial.trial.error});
    table.add(row);
  }
  section.before = failed == 0 ? nothing_to_show("No trial has failed.") : table.html();
  if (failed > most) section.after = fmt::format("<p class=\"note\">The first {} of {}; results.csv has all.</p>\n", most, failed);
  return section;
}

}  // namespace agsweep
