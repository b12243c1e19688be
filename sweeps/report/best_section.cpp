#include <array>

#include <fmt/format.h>

#include "sweeps/report/html.hpp"
#include "sweeps/report/section.hpp"
#include "sweeps/report/sweep_text.hpp"
#include "sweeps/report/train_command.hpp"
#include "sweeps/report/value_text.hpp"

namespace agsweep {

namespace {

constexpr std::array totals = {Metric::f1_macro,        Metric::accuracy,     Metric::f1_weighted,
                               Metric::precision_macro, Metric::recall_macro, Metric::loss};

std::string metrics_table(const TrialResults& trial) {
  using enum HtmlTable::Align;
  HtmlTable table({"metric", "training", "validation"}, {left, right, right});
  const auto cell = [&](const char* split, Metric metric) {
    const std::optional<double> value = result_number(trial, {"best", split, std::string(metric_key(metric)).c_str()});
    return value ? metric_text(*value) : std::string("–");
  };
  for (const Metric metric : totals) table.add({label_with_unit(metric), cell("train", metric), cell("val", metric)});
  return table.html();
}

std::string seeds_text(const ReportedSweep& sweep) {
  const RankedConfiguration& best = sweep.ranked.ranking.configurations.front();
  if (best.trials.size() < 2) return "";
  return fmt::format(" Over its {} seeds the configuration reaches {} ± {} (mean and 95 % Student's t interval).", best.trials.size(),
                     metric_text(best.value.mean), metric_text(best.value.half_width.value_or(0)));
}

/// Where the value comes from, and what it is worth.
std::string value_sentence(const ReportedSweep& sweep, const TrialResults& trial) {
  const bool ranked = !sweep.ranked.ranking.configurations.empty();
  std::string text =
      fmt::format("Trial {} (seed {}) reaches a {} of {} after epoch {} of {}.", trial.number, trial.trial.seed,
                  metric_name(sweep.results.spec.metric), metric_text(trial.trial.value()), trial.trial.best_epoch, trial.trial.epochs());
  if (ranked) text += seeds_text(sweep);
  if (!ranked) text += " No trial has ended yet, so this is the best so far.";
  if (ranked && trial.trial.phase != TrialPhase::complete) text += " No trial is complete: this one was stopped before its last epoch.";
  return text;
}

}  // namespace

ReportSection best_section(const ReportedSweep& sweep) {
  ReportSection section{.title = "Best configuration"};
  const TrialResults* const best = best_trial(sweep);
  if (best == nullptr) {
    const bool failed = count_in(sweep.results, TrialPhase::failed) > 0;
    section.before = nothing_to_show(failed ? "No trial has a value: those that began have failed, or not yet reported an epoch."
                                            : "No trial has reported an epoch yet.");
    return section;
  }
  section.before = paragraph(value_sentence(sweep, *best)) + command_block(train_command(sweep, *best));
  if (result_value(*best, {"best", "val"}).is_object()) {
    section.before +=
        metrics_table(*best) +
        "<p class=\"note\">Metrics of the best epoch’s weights; training rows in one evaluation pass, without dropout. "
        "The best of many trials on the same validation rows looks better than it is: <code>agsweep confirm</code> retrains the "
        "best configurations with seeds that the sweep did not use, then reads the test split once.</p>\n";
  } else {
    section.before += nothing_to_show("The trial has no result.json yet, so its other metrics are not known.");
  }
  return section;
}

}  // namespace agsweep
