#include <algorithm>  // std::min

#include <fmt/format.h>

#include "sweeps/aggregate/value_error.hpp"
#include "sweeps/report/html.hpp"
#include "sweeps/report/section.hpp"
#include "sweeps/report/sweep_text.hpp"
#include "sweeps/report/value_text.hpp"

namespace agsweep {

namespace {

constexpr std::size_t shown = 10;
constexpr std::size_t folded_rows = 1000;

std::string error_text(const std::optional<double>& half_width) { return half_width ? "± " + metric_text(*half_width) : "–"; }

/// The configurations that trained for as long, and so may be compared.
std::string budget_text(const ReportedSweep& sweep, const RankedConfiguration& one) {
  const SweepTrial& trial = sweep.results.trials[one.trials.front().trial].trial;
  if (one.complete) return fmt::format("complete: a schedule of {}", counted(sweep.results.epochs, "epoch"));
  return fmt::format("{} after {}: not comparable with those above", to_word(trial.phase), counted(trial.epochs(), "epoch"));
}

/// The rows from `first` to before `end`.
std::string ranking_table(const ReportedSweep& sweep, std::size_t first, std::size_t end, std::size_t tied) {
  using enum HtmlTable::Align;
  const std::vector<RankedConfiguration>& configurations = sweep.ranked.ranking.configurations;
  const bool seeds = sweep.results.spec.seeds.size() > 1;
  std::vector<std::string> header = {"rank", seeds ? "first trial" : "trial"};
  for (const Parameter& parameter : sweep.results.spec.space) header.push_back(parameter.key);
  header.insert(header.end(), {"epochs", "best epoch"});
  if (seeds) header.insert(header.end(), {"seeds", "95 % over seeds"});
  header.insert(header.end(), {"95 % over rows", std::string(to_word(sweep.results.spec.metric))});
  HtmlTable table(header, std::vector<HtmlTable::Align>(header.size(), right));
  table.keep_last_in_view();
  std::string budget;
  for (std::size_t i = first; i < std::min(end, configurations.size()); ++i) {
    const RankedConfiguration& one = configurations[i];
    const TrialResults& trial = sweep.results.trials[one.trials.front().trial];
    if (const std::string own = budget_text(sweep, one); own != budget) table.add_group(budget = own);
    std::vector<std::string> row = {fmt::format("{}", i + 1), fmt::format("{}", trial.number)};
    for (const Parameter& parameter : sweep.results.spec.space) row.push_back(parameter_text(parameter, trial));
    row.insert(row.end(), {fmt::format("{}", trial.trial.epochs()), fmt::format("{}", trial.trial.best_epoch)});
    const ValueError error = error_of({&sweep.results, 1}, one);
    if (seeds) row.insert(row.end(), {fmt::format("{}", one.trials.size()), error_text(error.seeds)});
    row.insert(row.end(), {error_text(error.rows), metric_text(one.value.mean)});
    table.add(row, i == 0 && tied == 1);
  }
  return table.html();
}

/// Whether the best is the best.
std::string tie_sentence(const ReportedSweep& sweep, std::size_t tied) {
  const std::vector<RankedConfiguration>& configurations = sweep.ranked.ranking.configurations;
  if (tied == 1) return "The first stands out: its lead over the second is larger than their errors together.";
  if (tied > 1) {
    return fmt::format(
        "The first {} cannot be told apart: what lies between them and the first is within their errors together, so none is set in bold.",
        tied);
  }
  if (!configurations.front().complete) return "No configuration is complete, so none is set in bold.";
  if (configurations.size() < 2 || !configurations[1].complete) return "Only one configuration is complete: there is none to tell it from.";
  return "How far a value may be off is not known (of the loss by one seed, and where a result.json is missing), so none is set in bold.";
}

std::string note(bool seeds) {
  return fmt::format(
      "<p class=\"note\">{}Over rows: what another sample of as many validation rows would change (of accuracy the binomial, of F1 the "
      "limit "
      "of a bootstrap over rows). All trials were read on the same rows, so small differences are a little surer than these intervals "
      "say; the best of many is optimistic all the same.</p>\n",
      seeds ? "The metric is the mean over the seeds; over seeds: Student’s t. " : "");
}

}  // namespace

ReportSection ranking_section(const ReportedSweep& sweep) {
  const std::vector<RankedConfiguration>& configurations = sweep.ranked.ranking.configurations;
  ReportSection section{.title = "Ranking"};
  if (configurations.empty()) {
    section.before = nothing_to_show("No trial has ended with a value, so there is nothing to rank.");
    return section;
  }
  const std::size_t tied = tied_with_best({&sweep.results, 1}, sweep.ranked.ranking);
  section.before = paragraph(tie_sentence(sweep, tied)) + ranking_table(sweep, 0, shown, tied);
  if (configurations.size() > shown) {
    const std::size_t all = configurations.size();
    section.before += folded(all > folded_rows ? fmt::format("Ranks {} to {} of {} (results.csv has all)", shown + 1, folded_rows, all)
                                               : fmt::format("Ranks {} to {}", shown + 1, all),
                             ranking_table(sweep, shown, folded_rows, tied));
  }
  section.after = note(sweep.results.spec.seeds.size() > 1);
  return section;
}

}  // namespace agsweep
