#include "sweeps/reproduction/page_sections.hpp"

#include <algorithm>  // std::find

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "sweeps/comparison/comparison.hpp"
#include "sweeps/report/confusion_figure.hpp"
#include "sweeps/report/cost.hpp"
#include "sweeps/report/html.hpp"
#include "sweeps/report/value_text.hpp"
#include "sweeps/reproduction/result_rows.hpp"
#include "sweeps/statistics/bca_interval.hpp"  // fewest_for_bca

namespace agsweep {

namespace {

using enum HtmlTable::Align;

const TestedModel& model_of(const Reproduced& reproduced, const std::string& model) { return reproduced.arms.at(model); }

std::string joined_seeds(const std::vector<std::int64_t>& seeds) { return fmt::format("{}", fmt::join(seeds, ", ")); }

/// A value that every training's result.json has, once each: "fp32", "fp32, bf16".
std::string each_once(const Reproduced& reproduced, std::initializer_list<const char*> keys) {
  std::vector<std::string> values;
  for (const std::string& model : reproduced.plan.models) {
    for (const TestedRun& run : model_of(reproduced, model).runs) {
      const nlohmann::json value = result_value(*run.trial, keys);
      const std::string text = value.is_string() ? value.get<std::string>() : value.is_null() ? "" : value.dump();
      if (!text.empty() && std::find(values.begin(), values.end(), text) == values.end()) values.push_back(text);
    }
  }
  return fmt::format("{}", fmt::join(values, ", "));
}

std::string name_of(const std::string& model) { return model == "scratch" ? "scratch" : "LoRA"; }

std::string p_text(std::optional<double> p) {
  if (!p) return "–";
  return *p < 0.0001 ? "<0.0001" : fmt::format("{:.4f}", *p);
}

std::string interval_text(const std::optional<Interval>& interval, int decimals) {
  return interval ? fmt::format("{:+.{}f} .. {:+.{}f}", interval->low, decimals, interval->high, decimals) : "–";
}

/// What an arm's trainings took.
void add_cost(const TestedModel& model, std::optional<double> price, HtmlTable& table) {
  const Cost cost = cost_table(model.sweep).total;
  std::vector<std::string> row = {model.name, fmt::format("{}", cost.trials), fmt::format("{}", cost.epochs), time_text(cost.seconds),
                                  fmt::format("{:.3f}", device_hours(cost))};
  if (price) row.push_back(fmt::format("{:.2f}", *price * device_hours(cost)));
  table.add(row);
}

}  // namespace

std::string marked(std::string table, const Deviations& deviations) {
  if (deviations.shown.empty()) return table;
  return table + fmt::format("<p class=\"note\">Not the real experiment: {}.</p>\n",
                             escape_html(fmt::format("{}", fmt::join(deviations.shown, "; "))));
}

ReportSection differences_section(const Reproduced& reproduced, const Deviations& deviations) {
  HtmlTable table({"", "the experiment", "here"}, {left, right, right});
  constexpr std::array<const char*, 3> splits = {"training rows", "validation rows", "test rows"};
  for (std::size_t i = 0; i < splits.size(); ++i) {
    table.add({splits[i], fmt::format("{}", published_rows[i]), fmt::format("{}", reproduced.rows[i])},
              reproduced.rows[i] != published_rows[i]);
  }
  const TestedModel& first = model_of(reproduced, reproduced.plan.models.front());
  table.add({"corpus", "AG News", first.sweep.recorded.synthetic ? "synthetic" : "read from CSV files"}, first.sweep.recorded.synthetic);
  const std::int64_t length = first.sweep.recorded.max_length;
  table.add({"tokens of a row, at most", fmt::format("{}", published_max_length), length == 0 ? "not recorded" : fmt::format("{}", length)},
            length != 0 && length != published_max_length);
  for (const std::string& model : reproduced.plan.models) {
    const TestedModel& arm = model_of(reproduced, model);
    const std::int64_t published = recipe_epochs(model);
    table.add({fmt::format("{}: epochs of the schedule", name_of(model)), fmt::format("{}", published),
               fmt::format("{}", arm.sweep.results.epochs)},
              arm.sweep.results.epochs != published);
    if (model == "gpt2-lora") {
      const bool other = arm.sweep.recorded.random_base || has_other_base(arm);
      const char* const base = arm.sweep.recorded.random_base ? "random, never trained" : other ? "of another size" : "of its size";
      table.add({"LoRA: base weights", "GPT-2 small", base}, other);
    }
  }
  table.add({"seeds", "42", joined_seeds(reproduced.plan.seeds)}, reproduced.plan.seeds != std::vector<std::int64_t>{42});
  table.add({"device", "one GPU", each_once(reproduced, {"device_name"})});
  table.add({"precision", "not told", each_once(reproduced, {"precision"})});
  table.add({"shards of a batch", "one", each_once(reproduced, {"shards"})});
  table.add({"program", "PyTorch",
             fmt::format("agsweep {}, LibTorch {}", each_once(reproduced, {"versions", "agsweep"}),
                         each_once(reproduced, {"versions", "libtorch"}))});
  return {.title = "What differs from the experiment", .before = marked(table.html(), deviations)};
}

ReportSection results_section(const Reproduced& reproduced, const ReproductionFacts& facts, const Deviations& deviations) {
  ReportSection section{.title = "Results: published beside measured"};
  for (const std::string& model : reproduced.plan.models) {
    const TestedModel& arm = model_of(reproduced, model);
    const bool with_bca = arm.runs.size() >= fewest_for_bca;
    std::vector<std::string> header = {fmt::format("{}, {}", name_of(model), counted(std::ssize(arm.runs), "seed")), "published",
                                       "measured"};
    if (with_bca) header.emplace_back("BCa");
    HtmlTable table(header, with_bca ? std::vector{left, right, right, right} : std::vector{left, right, right});
    for (const ResultRow& row : result_rows(arm, facts.price)) {
      const auto mean = row.mean();
      const auto bca = row.bca();
      std::vector<std::string> cells = {row.name, row.published ? fmt::format("{:.{}f}", *row.published, row.decimals) : "–",
                                        mean ? mean_text(*mean, row.decimals) : "–"};
      if (with_bca) cells.push_back(bca ? fmt::format("{:.{}f} .. {:.{}f}", bca->low, row.decimals, bca->high, row.decimals) : "–");
      table.add(cells);
    }
    section.before += marked(table.html(), deviations);
  }
  std::string note =
      "Means over the seeds with 95 % Student’s t intervals (none for one seed), and BCa intervals beside them from ten seeds on. ";
  if (reproduced.plan.seeds.size() == 1) note += "One seed cannot tell what another would have given. ";
  const TestedModel& first = model_of(reproduced, reproduced.plan.models.front());
  if (!first.runs.empty()) {
    const double accuracy = first.runs[0].test.at("accuracy").get<double>();
    note += fmt::format("The {} test rows alone leave an accuracy of {:.1f} % open by ± {:.2f} points. ", first.runs[0].labels.size(),
                        100 * accuracy, 100 * sampling_half_width(accuracy, first.runs[0].labels.size()));
  }
  note +=
      "Final: of the last epoch’s weights. Gap: training minus validation accuracy, each by one evaluation pass; LoRA’s published training "
      "accuracy is a running one. Time is that of training alone.";
  section.after = fmt::format("<p class=\"note\">{}</p>\n", note);
  return section;
}

ReportSection claims_section(const ClaimFamily& family, const Deviations& deviations) {
  ReportSection section{.title = family.title};
  HtmlTable table({"claim", "verdict", "margin (95 % t)", "over rows", "p", "p, Holm"}, {left, left, right, right, right, right});
  std::string details;
  for (const JudgedClaim& claim : family.claims) {
    const std::string verdict = !claim.not_run.empty() ? "not run" : std::string(to_word(claim.verdict.outcome));
    table.add({claim.id, verdict, claim.margin ? mean_text(*claim.margin, 2) + " " + claim.unit : "–",
               interval_text(claim.evidence.rows, 2), p_text(claim.verdict.p), p_text(claim.verdict.holm_p)},
              claim.verdict.outcome != Outcome::undecided);
    const std::string why = !claim.not_run.empty() ? claim.not_run : claim.verdict.missing;
    const std::string rest =
        claim.details.empty() ? "" : fmt::format(" {}{}", capitalised(claim.details), claim.details.ends_with('.') ? "" : ".");
    details += fmt::format("<p><b>{}</b> ({}) {}{}{}. Measured: {}.{}</p>\n", escape_html(claim.statement), escape_html(claim.id),
                           escape_html(capitalised(verdict)), why.empty() ? "" : ": ", escape_html(why), escape_html(claim.quantity),
                           escape_html(rest));
  }
  section.before = marked(table.html(), deviations);
  section.after =
      details +
      fmt::format(
          "<p class=\"note\">A margin is by how much a claim holds, a seed’s each; below 0 it does not. Supported or contradicted: the "
          "exact "
          "sign-flip test over the seeds has p &lt; 0.05 after Holm over {}, and the interval over rows, where there is one, "
          "excludes 0. Rule, quantities and thresholds stood in docs/claims.md before anything was measured.</p>\n",
          counted(static_cast<std::int64_t>(family.tested), "claim"));
  return section;
}

ReportSection comparison_section(const Reproduced& reproduced, const Deviations& deviations) {
  ReportSection section{.title = "Scratch against LoRA, seed by seed"};
  const bool both = reproduced.plan.models.size() == 2;
  if (!both) {
    section.before = nothing_to_show("Both models are needed for this: --models scratch,gpt2-lora.");
    return section;
  }
  if (!share_a_seed(model_of(reproduced, "scratch"), model_of(reproduced, "gpt2-lora"))) {
    section.before = nothing_to_show("No seed was trained and tested with both models.");
    return section;
  }
  const Comparison comparison = compare(model_of(reproduced, "scratch"), model_of(reproduced, "gpt2-lora"));
  HtmlTable table({"seed", "scratch", "LoRA", "difference", "one alone right", "McNemar p", "Holm"},
                  std::vector<HtmlTable::Align>(7, right));
  for (const SeedPair& pair : comparison.seeds) {
    table.add({fmt::format("{}", pair.seed), metric_text(pair.first), metric_text(pair.second), fmt::format("{:+.4f}", pair.difference()),
               fmt::format("{} / {}", pair.only_first, pair.only_second), p_text(pair.mcnemar_p), p_text(pair.mcnemar_holm_p)});
  }
  table.add({"mean", mean_text(comparison.first_f1), mean_text(comparison.second_f1), mean_text(comparison.difference), "", "", ""}, true);
  section.before = marked(table.html(), deviations) +
                   "<p class=\"note\">Macro F1 on test, and the rows that scratch alone and LoRA alone have right. McNemar’s exact test a "
                   "seed decides nothing: it "
                   "knows the rows but not the seeds.</p>\n";
  return section;
}

ReportSection classes_section(const Reproduced& reproduced, const Deviations& deviations) {
  ReportSection section{.title = "By class, on test"};
  for (const std::string& model : reproduced.plan.models) {
    const TestedModel& arm = model_of(reproduced, model);
    if (arm.runs.empty()) continue;
    HtmlTable table({name_of(model), "F1 (95 % t)", "precision", "recall", "rows"}, {left, right, right, right, right});
    const std::size_t classes = arm.runs[0].test.at("per_class").size();
    for (std::size_t label = 0; label < classes; ++label) {
      const auto mean = [&](const char* key) {
        std::vector<double> values;
        for (const TestedRun& run : arm.runs) values.push_back(run.test.at("per_class").at(label).at(key).get<double>());
        return mean_interval(values);
      };
      table.add({class_name(arm.sweep, label), mean_text(mean("f1")), metric_text(mean("precision").mean), metric_text(mean("recall").mean),
                 arm.runs[0].test.at("per_class").at(label).at("support").dump()});
    }
    section.before += marked(table.html(), deviations);
    ConfusionCounts sum(classes, std::vector<std::int64_t>(classes));
    for (const TestedRun& run : arm.runs) {
      const auto counts = confusion_counts(run.test.at("confusion"));
      for (std::size_t i = 0; counts && i < classes; ++i) {
        for (std::size_t j = 0; j < classes; ++j) sum[i][j] += (*counts)[i][j];
      }
    }
    section.figures.push_back(
        confusion_plot(model + "-confusion", fmt::format("confusion matrix of {} on test", name_of(model)),
                       fmt::format("{}: test rows by true and predicted class, summed over {}; per cent of the true class.",
                                   capitalised(name_of(model)), counted(std::ssize(arm.runs), "seed")),
                       arm.sweep.recorded.class_names, sum));
  }
  return section;
}

ReportSection inference_section(const Reproduced& reproduced, const ReproductionFacts& facts, const Deviations& deviations) {
  ReportSection section{.title = "Inference"};
  HtmlTable latency({"model", "batch", "p50", "p95", "p99", "calls"}, {left, right, right, right, right, right});
  HtmlTable rest({"model", "rows a second", "start-up", "host memory taken", "device memory", "device", "threads"},
                 {left, right, right, right, right, left, right});
  const auto ms = [](const nlohmann::json& seconds) { return fmt::format("{:.2f} ms", 1000 * seconds.get<double>()); };
  const auto mb = [](const nlohmann::json& bytes) {
    return bytes.get<double>() > 0 ? fmt::format("{:.0f} MB", bytes.get<double>() / 1e6) : "–";
  };
  for (const std::string& model : reproduced.plan.models) {
    const auto found = facts.inference.find(model);
    if (found == facts.inference.end()) continue;
    const nlohmann::json& measured = found->second;
    for (const nlohmann::json& batch : measured.at("batches")) {
      latency.add({name_of(model), batch.at("rows").dump(), ms(batch.at("p50")), ms(batch.at("p95")), ms(batch.at("p99")),
                   batch.at("calls").dump()});
    }
    rest.add({name_of(model), fmt::format("{:.0f}", measured.at("rows_per_second").get<double>()), ms(measured.at("startup_seconds")),
              mb(measured.at("resident_bytes")), mb(measured.at("device_bytes")), measured.at("device").get<std::string>(),
              measured.at("threads").dump()});
  }
  section.before = facts.inference.empty() ? nothing_to_show("Not measured.") : marked(latency.html() + rest.html(), deviations);
  section.after =
      "<p class=\"note\">The experiment never measured this. Latency of one call on test rows, as long as they are, after a warm-up; on "
      "the CPU a call takes one thread. Rows a second: all threads. Start-up: from the files to the first answer.</p>\n";
  return section;
}

ReportSection arms_section(const Reproduced& reproduced, const Deviations& deviations) {
  ReportSection section{.title = "More trainings"};
  HtmlTable table({"trainings", "seeds", "peak rate", "test F1 (95 % t)", "best validation F1 (95 % t)", "last gap (points)", "failed"},
                  {left, right, right, right, right, right, right});
  for (const auto& [name, arm] : reproduced.arms) {
    std::vector<double> test, val, gap;
    for (const TestedRun& run : arm.runs) test.push_back(run.test.at("f1_macro").get<double>());
    std::int64_t failed = 0;
    std::string rate = "–";
    for (const TrialResults& trial : arm.sweep.results.trials) {
      failed += trial.trial.phase == TrialPhase::failed ? 1 : 0;
    }
    for (const TrialResults* trial : chosen_trials(arm.sweep)) {
      if (const auto value = trial->parameters.find("lr"); value != trial->parameters.end()) rate = short_text(value->second);
      if (const auto value = result_number(*trial, {"best", "val", "f1_macro"})) val.push_back(*value);
      const auto train = result_number(*trial, {"final", "train", "accuracy"}), last = result_number(*trial, {"final", "val", "accuracy"});
      if (train && last) gap.push_back(100 * (*train - *last));
    }
    const auto text = [](const std::vector<double>& values, int decimals) {
      return values.empty() ? std::string("–") : mean_text(mean_interval(values), decimals);
    };
    table.add({name, fmt::format("{}", arm.sweep.results.spec.seeds.size()), rate, text(test, 4), text(val, 4), text(gap, 2),
               fmt::format("{}", failed)});
  }
  section.before = marked(table.html(), deviations);
  return section;
}

ReportSection reproduction_cost_section(const Reproduced& reproduced, const ReproductionFacts& facts, const Deviations& deviations) {
  std::vector<std::string> header = {"trainings", "number", "epochs", "time of all", "device-hours"};
  if (facts.price) header.push_back(fmt::format("cost at {} an hour", *facts.price));
  HtmlTable table(header, std::vector<HtmlTable::Align>(header.size(), right));
  for (const auto& [name, arm] : reproduced.arms) add_cost(arm, facts.price, table);
  return {.title = "Cost", .before = marked(table.html(), deviations)};
}

}  // namespace agsweep
