#include "sweeps/reproduction/reproduction_page.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "base/table.hpp"
#include "sweeps/comparison/comparison.hpp"  // mean_text
#include "sweeps/report/html.hpp"
#include "sweeps/report/value_text.hpp"
#include "sweeps/reproduction/page_sections.hpp"
#include "sweeps/reproduction/result_rows.hpp"

namespace agsweep {

namespace {

/// "2 supported, 3 undecided"
std::string verdict_counts(const std::vector<ClaimFamily>& families) {
  std::map<std::string, std::int64_t> counts;
  for (const ClaimFamily& family : families) {
    for (const JudgedClaim& claim : family.claims) {
      ++counts[claim.not_run.empty() ? std::string(to_word(claim.verdict.outcome)) : "not run"];
    }
  }
  std::vector<std::string> parts;
  for (const auto& [word, count] : counts) parts.push_back(fmt::format("{} {}", count, word));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string abstract(const Reproduced& reproduced, const std::vector<ClaimFamily>& families) {
  std::vector<std::string> models;
  for (const std::string& model : reproduced.plan.models) {
    const TestedModel& arm = reproduced.arms.at(model);
    std::vector<double> accuracy;
    for (const TestedRun& run : arm.runs) accuracy.push_back(100 * run.test.at("accuracy").get<double>());
    const std::string name = model == "scratch" ? "the scratch model" : "LoRA";
    const double published = 100 * published_of(model).test_accuracy;
    models.push_back(accuracy.empty()
                         ? fmt::format("{} has no complete training", name)
                         : fmt::format("{} reaches {} % test accuracy over {} (published {:.2f})", name,
                                       mean_text(mean_interval(accuracy), 2), counted(std::ssize(arm.runs), "seed"), published));
  }
  return fmt::format("{}. Of the claims: {}.", capitalised(fmt::format("{}", fmt::join(models, "; "))), verdict_counts(families));
}

std::string contents(const std::vector<ReportSection>& sections) {
  std::string links = "<nav aria-label=\"Sections\">\n";
  for (std::size_t i = 0; i < sections.size(); ++i)
    links += fmt::format("<a href=\"#s{}\">{}</a>\n", i + 1, escape_html(sections[i].title));
  return links + "</nav>\n";
}

ReportSection repeat_section(const ReproductionFacts& facts) {
  return {.title = "To repeat it",
          .before =
              fmt::format("<pre class=\"command\"><code>{}</code></pre>\n", escape_html(facts.command)) +
              paragraph(
                  "The same command with --resume goes on after a stop, and writes this page again. Under mpirun the trainings are spread "
                  "over the ranks, one device each. A training's bits depend on its shards, precision and kind of device, not on "
                  "ranks or threads; --shards keeps them where another number of threads would choose others.")};
}

nlohmann::ordered_json interval_json(const std::optional<MeanInterval>& interval) {
  if (!interval) return nullptr;
  nlohmann::ordered_json json = {{"mean", interval->mean}, {"half_width", nullptr}};
  if (interval->half_width) json["half_width"] = *interval->half_width;
  return json;
}

nlohmann::ordered_json claim_json(const JudgedClaim& claim) {
  nlohmann::ordered_json json = {{"id", claim.id},
                                 {"statement", claim.statement},
                                 {"quantity", claim.quantity},
                                 {"unit", claim.unit},
                                 {"verdict", claim.not_run.empty() ? std::string(to_word(claim.verdict.outcome)) : "not run"},
                                 {"missing", claim.not_run.empty() ? claim.verdict.missing : claim.not_run},
                                 {"margins", claim.evidence.margins},
                                 {"mean_margin", interval_json(claim.margin)},
                                 {"over_rows", nullptr},
                                 {"sign_flip_p", nullptr},
                                 {"holm_p", nullptr},
                                 {"details", claim.details}};
  if (claim.evidence.rows) json["over_rows"] = {claim.evidence.rows->low, claim.evidence.rows->high};
  if (claim.verdict.p) json["sign_flip_p"] = *claim.verdict.p;
  if (claim.verdict.holm_p) json["holm_p"] = *claim.verdict.holm_p;
  return json;
}

}  // namespace

Page reproduction_page(const Reproduced& reproduced, const ReproductionFacts& facts) {
  const Deviations deviations = deviations_of(reproduced);
  const std::vector<ClaimFamily> families = judge_claims(reproduced);
  std::vector<ReportSection> sections = {results_section(reproduced, facts, deviations)};
  for (const ClaimFamily& family : families) sections.push_back(claims_section(family, deviations));
  sections.push_back(differences_section(reproduced, deviations));
  sections.push_back(comparison_section(reproduced, deviations));
  sections.push_back(classes_section(reproduced, deviations));
  sections.push_back(training_curves_section(reproduced));
  if (reproduced.plan.claims == ClaimScope::all) {
    sections.push_back(few_examples_section(reproduced));
    sections.push_back(arms_section(reproduced, deviations));
  }
  sections.push_back(inference_section(reproduced, facts, deviations));
  sections.push_back(reproduction_cost_section(reproduced, facts, deviations));
  sections.push_back(repeat_section(facts));

  PageWriter page;
  const std::string title = "AG News from scratch and by LoRA: the experiment repeated";
  page.add(fmt::format("<h1>{}</h1>\n", title));
  if (!deviations.shown.empty()) {
    page.add(fmt::format("<p class=\"warning\">Not the real experiment: {}.{}</p>\n",
                         escape_html(fmt::format("{}", fmt::join(deviations.shown, "; "))),
                         deviations.decisive.empty() ? "" : " So no verdict is given."));
  }
  page.add(paragraph(abstract(reproduced, families)));
  page.add(contents(sections));
  for (std::size_t i = 0; i < sections.size(); ++i) page.add(sections[i], fmt::format("s{}", i + 1));
  page.add("<footer>Made by agsweep reproduce; figures by gnuplot. Epochs count from 1.</footer>\n");
  return std::move(page).page(title);
}

nlohmann::ordered_json reproduction_json(const Reproduced& reproduced, const ReproductionFacts& facts) {
  const Deviations deviations = deviations_of(reproduced);
  nlohmann::ordered_json json = {{"models", reproduced.plan.models},
                                 {"seeds", reproduced.plan.seeds},
                                 {"epochs_scale", reproduced.plan.epochs_scale},
                                 {"claims", to_word(reproduced.plan.claims)},
                                 {"rows", reproduced.rows},
                                 {"deviations", deviations.shown},
                                 {"real_experiment", deviations.shown.empty()},
                                 {"command", facts.command}};
  for (const std::string& model : reproduced.plan.models) {
    nlohmann::ordered_json& results = json["results"][model];
    for (const ResultRow& row : result_rows(reproduced.arms.at(model), facts.price)) {
      results[row.key] = {{"published", nullptr}, {"measured", row.measured}, {"mean", interval_json(row.mean())}, {"bca", nullptr}};
      if (row.published) results[row.key]["published"] = *row.published;
      if (const auto bca = row.bca()) results[row.key]["bca"] = {bca->low, bca->high};
    }
    for (const TestedRun& run : reproduced.arms.at(model).runs) {
      json["test"][model].push_back({{"seed", run.seed}, {"metrics", run.test}});
    }
  }
  for (const ClaimFamily& family : judge_claims(reproduced)) {
    for (const JudgedClaim& claim : family.claims) json["verdicts"].push_back(claim_json(claim));
  }
  for (const auto& [model, measured] : facts.inference) json["inference"][model] = measured;
  return json;
}

std::string reproduction_text(const Reproduced& reproduced, const ReproductionFacts& facts) {
  const Deviations deviations = deviations_of(reproduced);
  std::string mark;
  if (!deviations.shown.empty()) mark = fmt::format("not the real experiment: {}\n", fmt::join(deviations.shown, "; "));
  std::string text = mark;
  for (const std::string& model : reproduced.plan.models) {
    const TestedModel& arm = reproduced.arms.at(model);
    Table table({model, "published", fmt::format("measured, {} (95 % t)", counted(std::ssize(arm.runs), "seed"))});
    for (const ResultRow& row : result_rows(arm, facts.price)) {
      const auto mean = row.mean();
      table.add({row.name, row.published ? fmt::format("{:.{}f}", *row.published, row.decimals) : "-",
                 mean ? mean_text(*mean, row.decimals) : "-"});
    }
    text += table.text() + "\n";
  }
  for (const ClaimFamily& family : judge_claims(reproduced)) {
    text += family.title + "\n";
    for (const JudgedClaim& claim : family.claims) {
      const std::string verdict = claim.not_run.empty() ? std::string(to_word(claim.verdict.outcome)) : "not run";
      const std::string why = claim.not_run.empty() ? claim.verdict.missing : claim.not_run;
      text += fmt::format("  {}: {}{}{}\n", claim.statement, verdict, why.empty() ? "" : ": ", why);
    }
  }
  return text + mark;
}

}  // namespace agsweep
