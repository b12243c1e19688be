#include "sweeps/report/joint_section.hpp"

#include <algorithm>  // std::min

#include <fmt/format.h>

#include "sweeps/aggregate/value_error.hpp"  // tied_with_best
#include "sweeps/report/html.hpp"
#include "sweeps/report/value_text.hpp"

namespace agsweep {

namespace {

constexpr std::size_t shown = 10;

std::string parameters_text(const TrialResults& trial) {
  std::string text;
  for (const auto& [key, value] : trial.parameters) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", key, short_text(value));
  return text;
}

std::string ranking_table(const Aggregate& all, const TrialRanking& ranking) {
  using enum HtmlTable::Align;
  HtmlTable table({"rank", "sweep", "trial", "seeds", std::string(to_word(ranking.scope.metric)), "95 % interval", "configuration"},
                  {right, left, right, right, right, right, left});
  const bool leads = tied_with_best(all.sweeps, ranking) == 1;
  for (std::size_t i = 0; i < std::min(shown, ranking.configurations.size()); ++i) {
    const RankedConfiguration& one = ranking.configurations[i];
    const TrialResults& first = results_of(all.sweeps, one.trials.front());
    table.add({fmt::format("{}", i + 1), all.names[one.trials.front().sweep], fmt::format("{}", first.number),
               fmt::format("{}", one.trials.size()), metric_text(one.value.mean),
               one.value.half_width ? "± " + metric_text(*one.value.half_width) : "", parameters_text(first)},
              i == 0 && leads);
  }
  return table.html();
}

}  // namespace

ReportSection joint_section(const std::vector<ReportedSweep>& sweeps) {
  std::vector<SweepResults> results;
  for (const ReportedSweep& sweep : sweeps) results.push_back(sweep.results);
  const Aggregate all = aggregate(std::move(results));

  ReportSection section{.title = "The sweeps together"};
  section.before = "<nav aria-label=\"Sweeps\">\n";
  for (std::size_t i = 0; i < sweeps.size(); ++i) {
    section.before += fmt::format("<a href=\"#{}\">{}</a>\n", sweeps[i].name, escape_html(all.names[i]));
  }
  section.before += "</nav>\n<ul class=\"remarks\">\n";
  for (const std::string& remark : all.remarks) section.before += fmt::format("<li>{}</li>\n", escape_html(capitalised(remark) + "."));
  section.before += "</ul>\n";
  for (const AggregatedRanking& one : all.rankings) {
    section.before += paragraph(capitalised(scope_text(one.ranking.scope)) + ":");
    section.before += one.ranking.configurations.empty() ? nothing_to_show("No trial has ended with a value, so there is nothing to rank.")
                                                         : ranking_table(all, one.ranking);
  }
  return section;
}

}  // namespace agsweep
