#include <utility>  // std::move

#include <fmt/format.h>

#include "sweeps/report/budget_figure.hpp"
#include "sweeps/report/curve_figures.hpp"
#include "sweeps/report/heat_map.hpp"
#include "sweeps/report/html.hpp"
#include "sweeps/report/importance_figure.hpp"
#include "sweeps/report/parameter_figure.hpp"
#include "sweeps/report/pareto_figure.hpp"
#include "sweeps/report/section.hpp"
#include "sweeps/report/space_figures.hpp"
#include "sweeps/report/value_text.hpp"
#include "sweeps/report/warmup.hpp"

namespace agsweep {

namespace {

/// Which budget the shares are of.
std::string epoch_note(const ReportedSweep& sweep, const HyperparameterImportance& importance) {
  if (importance.epoch >= sweep.results.epochs) return "";
  return fmt::format(" It is of values after {} of {}, the longest time for which enough configurations have trained.",
                     counted(importance.epoch, "epoch"), sweep.results.epochs);
}

constexpr const char* no_value = "No trial has reported an epoch yet, or all have failed.";

}  // namespace

ReportSection curves_section(const ReportedSweep& sweep) {
  ReportSection section{.title = "Training curves"};
  if (best_first(sweep.results).empty()) {
    section.before = nothing_to_show(no_value);
    return section;
  }
  section.figures.push_back(metric_curves(sweep));
  if (std::optional<Figure> enlarged = best_curves(sweep)) section.figures.push_back(*std::move(enlarged));
  if (trials_with_curves(sweep).empty()) {
    section.after = nothing_to_show("No loss is shown: none of the trials’ folders has a readable epochs.csv.");
  } else {
    section.figures.push_back(loss_curves(sweep));
    section.figures.push_back(optimised_loss_curves(sweep));
  }
  return section;
}

ReportSection parameters_section(const ReportedSweep& sweep) {
  ReportSection section{.title = "Metric against each hyperparameter"};
  if (best_first(sweep.results).empty()) section.before = nothing_to_show(no_value);
  for (std::size_t i = 0; i < sweep.results.spec.space.size() && section.before.empty(); ++i) {
    section.figures.push_back(parameter_figure(sweep, i));
  }
  return section;
}

ReportSection heat_map_section(const ReportedSweep& sweep) {
  ReportSection section{.title = "Two hyperparameters together"};
  if (sweep.results.spec.space.size() < 2) {
    section.before = nothing_to_show("The search space has one hyperparameter, so there is no pair to show.");
  } else if (best_first(sweep.results).empty()) {
    section.before = nothing_to_show(no_value);
  } else {
    for (const std::int64_t epoch : heat_map_epochs(sweep.results)) section.figures.push_back(heat_map(sweep, epoch));
  }
  return section;
}

ReportSection space_section(const ReportedSweep& sweep) {
  ReportSection section{.title = "All hyperparameters together"};
  const std::vector<std::int64_t> epochs = heat_map_epochs(sweep.results);
  if (epochs.empty()) {
    section.before = nothing_to_show(no_value);
  } else {
    section.figures.push_back(parallel_figure(sweep, epochs.front()));
  }
  return section;
}

ReportSection pairs_section(const ReportedSweep& sweep) {
  ReportSection section{.title = "Each pair of hyperparameters", .small = true};
  const std::vector<std::int64_t> epochs = heat_map_epochs(sweep.results);
  if (sweep.results.spec.space.size() < 2) {
    section.before = nothing_to_show("The search space has one hyperparameter, so there is no pair to show.");
  } else if (epochs.empty()) {
    section.before = nothing_to_show(no_value);
  } else {
    section.figures = pair_figures(sweep, epochs.front());
  }
  return section;
}

ReportSection pareto_section(const ReportedSweep& sweep) {
  ReportSection section{.title = "What the best costs"};
  for (const ParetoCost cost : {ParetoCost::parameters, ParetoCost::seconds, ParetoCost::memory}) {
    if (std::optional<Figure> figure = pareto_figure(sweep, cost)) section.figures.push_back(*std::move(figure));
  }
  if (section.figures.empty()) {
    section.before = nothing_to_show(
        "Fewer than two complete configurations have costs that differ by 5 % or more, so there is nothing to choose between.");
  } else {
    section.after = "<p class=\"note\"><code>agsweep aggregate --pareto parameters|seconds|memory</code> lists the unbeaten ones.</p>\n";
  }
  return section;
}

ReportSection importance_section(const ReportedSweep& sweep) {
  ReportSection section{.title = "Importance of hyperparameters"};
  const HyperparameterImportance& importance = sweep.ranked.importances.front();
  if (importance.shares) {
    section.figures.push_back(importance_figure(sweep.name, importance));
    section.after = "<p class=\"note\">Functional ANOVA of a random forest (Hutter, Hoos and Leyton-Brown 2014)." +
                    epoch_note(sweep, importance) + "</p>\n";
    if (const std::string warning = warmup_warning(sweep, importance.epoch); !warning.empty()) {
      section.before = fmt::format("<p class=\"warning\">{}</p>\n", escape_html(warning));
    }
  } else {
    section.before = nothing_to_show(fmt::format("Left out: {}.", importance.reason));
  }
  return section;
}

ReportSection budget_section(const ReportedSweep& sweep) {
  ReportSection section{.title = "What the budget bought"};
  if (const std::optional<Figure> figure = budget_figure(sweep)) {
    section.figures.push_back(*figure);
  } else {
    section.before = nothing_to_show(sweep.results.spec.scheduler.kind == SchedulerKind::none
                                         ? "No configuration is complete yet, so there is no value to expect."
                                         : no_value);
  }
  return section;
}

}  // namespace agsweep
