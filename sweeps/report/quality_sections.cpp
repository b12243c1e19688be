#include <algorithm>  // std::min
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include "base/shell.hpp"
#include "sweeps/report/confusion_figure.hpp"
#include "sweeps/report/curve_figures.hpp"
#include "sweeps/report/embedding_figure.hpp"
#include "sweeps/report/html.hpp"
#include "sweeps/report/section.hpp"
#include "sweeps/report/value_text.hpp"

namespace agsweep {

namespace {

std::string number_cell(const nlohmann::json& from, const char* key) {
  const auto found = from.find(key);
  if (found == from.end() || !found->is_number()) return "–";
  return found->is_number_integer() ? fmt::format("{}", found->get<std::int64_t>()) : metric_text(found->get<double>());
}

/// Empty where the trial has none.
std::string class_table(const ReportedSweep& sweep, const TrialResults& trial) {
  using enum HtmlTable::Align;
  const nlohmann::json classes = result_value(trial, {"best", "val", "per_class"});
  if (!classes.is_array() || classes.empty()) return "";
  HtmlTable table({"class", "precision", "recall", "F1", "rows"}, {left, right, right, right, right});
  for (std::size_t i = 0; i < classes.size(); ++i) {
    if (!classes[i].is_object()) return "";
    table.add({class_name(sweep, i), number_cell(classes[i], "precision"), number_cell(classes[i], "recall"), number_cell(classes[i], "f1"),
               number_cell(classes[i], "support")});
  }
  return table.html();
}

/// Empty where no trial has both values.
std::string gap_table(const ReportedSweep& sweep) {
  using enum HtmlTable::Align;
  constexpr std::size_t most = 10;
  const std::string key(metric_key(sweep.results.spec.metric));
  HtmlTable table({"trial", "best epoch", "training", "validation", "gap"}, {right, right, right, right, right});
  table.keep_last_in_view();
  std::size_t rows = 0;
  for (const TrialResults* trial : best_first(sweep.results)) {
    const std::optional<double> train = result_number(*trial, {"best", "train", key.c_str()});
    const std::optional<double> val = result_number(*trial, {"best", "val", key.c_str()});
    if (!train || !val || rows == most) continue;
    table.add({fmt::format("{}", trial->number), fmt::format("{}", trial->trial.best_epoch), metric_text(*train), metric_text(*val),
               fmt::format("{:+.4f}", *train - *val)});
    ++rows;
  }
  return rows == 0 ? "" : table.html();
}

}  // namespace

ReportSection confusion_section(const ReportedSweep& sweep) {
  ReportSection section{.title = "Errors of the best trial by class"};
  const TrialResults* const best = best_trial(sweep);
  const std::optional<Figure> figure = best == nullptr ? std::nullopt : confusion_figure(sweep, *best);
  if (!figure) {
    section.before =
        nothing_to_show(best == nullptr ? "No trial has a value." : "The best trial has no result.json with a confusion matrix yet.");
    return section;
  }
  section.figures.push_back(*figure);
  section.beside = class_table(sweep, *best);
  return section;
}

ReportSection embedding_section(const ReportedSweep& sweep) {
  ReportSection section{.title = "Hidden states of the best trial"};
  const TrialResults* const best = best_trial(sweep);
  if (best == nullptr) {
    section.before = nothing_to_show("No trial has a value.");
  } else if (const std::optional<Figure> figure = embedding_figure(sweep, *best)) {
    section.figures.push_back(*figure);
  } else if (!std::filesystem::exists(best->folder / "model.safetensors")) {
    section.before = nothing_to_show("Not computed: the weights of this trial were not kept.");
  } else {
    const std::string data = sweep.recorded.data.empty() ? "data.h5" : sweep.recorded.data;
    section.before = nothing_to_show("Not computed. After this command, a new report shows them:") +
                     command_block(fmt::format("agsweep embed {} --data {} --split val --out hidden.npy", shell_word(best->folder.string()),
                                               shell_word(data)));
  }
  return section;
}

ReportSection gap_section(const ReportedSweep& sweep) {
  ReportSection section{.title = "Gap between training and validation"};
  const std::vector<const TrialResults*> curves = trials_with_curves(sweep);
  if (!curves.empty()) section.figures.push_back(gap_curves(sweep, *curves.front()));
  const std::string table = gap_table(sweep);
  if (!table.empty()) {
    (section.figures.empty() ? section.after : section.beside) =
        table + fmt::format(
                    "<p class=\"note\">{} of the best epoch’s weights on training rows (one evaluation pass, without dropout) "
                    "and on validation rows, for the best trials.</p>\n",
                    escape_html(capitalised(label_with_unit(sweep.results.spec.metric))));
  }
  if (section.figures.empty() && table.empty()) {
    section.before = nothing_to_show("No trial has epochs.csv or result.json, which have the training figures.");
  }
  return section;
}

}  // namespace agsweep
