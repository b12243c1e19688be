#include <algorithm>  // std::min

#include <fmt/format.h>

#include "sweeps/report/budget_figure.hpp"
#include "sweeps/report/curve_figures.hpp"
#include "sweeps/report/heat_map.hpp"
#include "sweeps/report/html.hpp"
#include "sweeps/report/importance_figure.hpp"
#include "sweeps/report/parameter_figure.hpp"
#include "sweeps/report/section.hpp"
#include "sweeps/report/value_text.hpp"

namespace agsweep {

namespace {

constexpr const char* no_value = "No trial has reported an epoch yet, or all have failed.";

}  // namespace

ReportSection curves_section(const ReportedSweep& sweep) {
  ReportSection section{.title = "Training curves"};
  if (best_first(sweep.results).empty()) {
    section.before = nothing_to_show(no_value);
    return section;
  }
  section.figures.push_back(metric_curves(sweep));
  if (trials_with_curves(sweep).empty()) {
    section.after = nothing_to_show("No loss is shown: none of the trials’ folders has a readable epochs.csv.");
  } else {
    section.figures.push_back(loss_curves(sweep));
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
    section.figures.push_back(heat_map(sweep));
  }
  return section;
}

ReportSection importance_section(const ReportedSweep& sweep) {
  ReportSection section{.title = "Importance of hyperparameters"};
  const HyperparameterImportance& importance = sweep.ranked.importances.front();
  if (importance.shares) {
    section.figures.push_back(importance_figure(sweep.name, importance));
    section.after = "<p class=\"note\">Functional ANOVA of a random forest (Hutter, Hoos and Leyton-Brown 2014).</p>\n";
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
