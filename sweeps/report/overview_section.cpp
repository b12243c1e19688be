#include <algorithm>  // std::any_of
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "sweeps/report/html.hpp"
#include "sweeps/report/section.hpp"
#include "sweeps/report/setup_rows.hpp"
#include "sweeps/report/sweep_text.hpp"
#include "sweeps/report/value_text.hpp"

namespace agsweep {

namespace {

std::string space_table(const SearchSpace& space) {
  using enum HtmlTable::Align;
  HtmlTable table({"hyperparameter", "values", "scale"}, {left, left, left});
  for (const Parameter& parameter : space) table.add({parameter.key, values_text(parameter), scale_text(parameter)});
  return table.html();
}

std::string fixed_text(const SweepSpec& spec) {
  std::vector<std::string> options;
  for (const FixedOption& fixed : spec.fixed) options.push_back(fmt::format("{} = {}", fixed.key, option_text(fixed.value)));
  return fmt::format("{}", fmt::join(options, ", "));
}

std::string remarks_list(const std::vector<std::string>& remarks) {
  std::string items;
  for (const std::string& remark : remarks) {
    if (remark.find("importance left out") != std::string::npos) continue;  // its own section says so
    items += fmt::format("<li>{}</li>\n", escape_html(capitalised(remark) + "."));
  }
  return items.empty() ? "" : "<ul class=\"remarks\">\n" + items + "</ul>\n";
}

/// @param limit  as SweepResults has it
std::string rows_text(std::int64_t limit) { return limit == 0 ? "all" : limit_text(limit) + " (stratified sample)"; }

std::string times_text(const ReportedSweep& sweep) {
  if (sweep.first_start.empty()) return "no trial has begun";
  if (!sweep.results.closed) return fmt::format("since {}; not finished", clock_text(sweep.first_start));
  return fmt::format("{} to {}", clock_text(sweep.first_start), clock_text(sweep.last_end));
}

}  // namespace

std::vector<std::string> warnings_of(const ReportedSweep& sweep) {
  const auto any = [&](const char* key) {
    return std::any_of(sweep.results.trials.begin(), sweep.results.trials.end(),
                       [&](const TrialResults& trial) { return result_value(trial, {key}) == true; });
  };
  std::vector<std::string> warnings;
  if (sweep.recorded.synthetic || any("synthetic")) {
    warnings.emplace_back("The corpus is synthetic: its texts are made up, and these figures say nothing about real news.");
  }
  if (sweep.recorded.random_base || any("random_base")) {
    warnings.emplace_back("The GPT-2 underneath has random weights and was never trained: these figures say nothing about GPT-2.");
  }
  if (!sweep.results.closed) warnings.emplace_back("The sweep has not finished: what follows is how it stands, and may change.");
  return warnings;
}

ReportSection overview_section(const ReportedSweep& sweep) {
  const SweepResults& results = sweep.results;
  const SweepSpec& spec = results.spec;
  std::vector<std::pair<std::string, std::string>> rows = {
      {"Model", spec.model},
      {"Corpus (SHA-256)", results.data_sha256.empty() ? "not known yet" : results.data_sha256.substr(0, 16)},
      {"Training rows", rows_text(results.train_limit)},
      {"Validation rows", rows_text(results.val_limit)},
      {"Metric", fmt::format("{}, {}", metric_name(spec.metric), results.maximise() ? "more is better" : "less is better")},
      {"Schedule", counted(results.epochs, "epoch")},
      {"Sampler", sampler_text(spec)},
      {"Scheduler", scheduler_text(spec.scheduler)},
      {"Seeds", fmt::format("{}", fmt::join(spec.seeds, ", "))},
      {"Trials", states_text(results)},
      {"Time", times_text(sweep)},
  };
  for (auto& row : setup_rows(sweep)) rows.push_back(std::move(row));
  if (!spec.fixed.empty()) rows.emplace_back("Fixed options", fixed_text(spec));
  ReportSection section{.title = "What ran"};
  section.before = definition_list(rows) + space_table(spec.space);
  section.before += remarks_list(sweep.remarks);
  return section;
}

}  // namespace agsweep
