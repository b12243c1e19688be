#include "sweeps/comparison/comparison.hpp"

#include <algorithm>  // std::max, std::ranges::any_of, std::ranges::find
#include <cmath>

#include <fmt/format.h>

#include "base/error.hpp"
#include "sweeps/statistics/bca_interval.hpp"
#include "sweeps/statistics/holm.hpp"
#include "sweeps/statistics/mcnemar.hpp"
#include "sweeps/statistics/row_bootstrap.hpp"

namespace agsweep {

namespace {

constexpr std::uint64_t bootstrap_seed = 42;

void require_one_corpus(const TestedModel& first, const TestedModel& second) {
  if (first.sweep.results.data_sha256 == second.sweep.results.data_sha256) return;
  throw DataError("{} and {} were trained on different corpora (SHA-256 {} and {}), so they cannot be compared",
                  first.sweep.results.folder.string(), second.sweep.results.folder.string(), first.sweep.results.data_sha256,
                  second.sweep.results.data_sha256);
}

/// nullptr: none of that seed was tested.
const TestedRun* run_of_seed(const TestedModel& model, std::int64_t seed) {
  const auto found = std::ranges::find(model.runs, seed, &TestedRun::seed);
  return found == model.runs.end() ? nullptr : &*found;
}

SeedPair seed_pair(const TestedRun& first, const TestedRun& second, std::size_t classes) {
  SeedPair pair{.seed = first.seed,
                .first = macro_f1(first.labels, first.predicted, classes),
                .second = macro_f1(second.labels, second.predicted, classes)};
  for (std::size_t row = 0; row < first.labels.size(); ++row) {
    const bool first_right = first.predicted[row] == first.labels[row];
    const bool second_right = second.predicted[row] == first.labels[row];
    pair.only_first += first_right && !second_right ? 1 : 0;
    pair.only_second += second_right && !first_right ? 1 : 0;
  }
  pair.mcnemar_p = mcnemar_p(pair.only_first, pair.only_second);
  return pair;
}

bool equal_budgets(const TuningBudget& first, const TuningBudget& second) {
  const auto larger = static_cast<double>(std::max(first.epochs, second.epochs));
  return static_cast<double>(std::abs(first.epochs - second.epochs)) <= most_budget_difference * larger;
}

double mean_accuracy(const std::vector<std::vector<std::uint8_t>>& predicted, const std::vector<std::uint8_t>& labels) {
  std::size_t right = 0;
  for (const auto& run : predicted) {
    for (std::size_t row = 0; row < labels.size(); ++row) right += run[row] == labels[row] ? 1 : 0;
  }
  return static_cast<double>(right) / static_cast<double>(labels.size() * predicted.size());
}

void add_remarks(const TestedModel& first, const TestedModel& second, Comparison& comparison) {
  if (first.sweep.recorded.synthetic) comparison.remarks.emplace_back("synthetic corpus: this says nothing about real news");
  if (first.sweep.recorded.random_base || second.sweep.recorded.random_base) {
    comparison.remarks.emplace_back("random GPT-2, never trained: this says nothing about GPT-2");
  }
  const std::size_t alone = first.runs.size() + second.runs.size() - 2 * comparison.seeds.size();
  if (alone > 0) comparison.remarks.push_back(fmt::format("{} trainings have no partner of the same seed, and do not count", alone));
}

}  // namespace

double sampling_half_width(double share, std::size_t rows) { return 1.96 * std::sqrt(share * (1 - share) / static_cast<double>(rows)); }

bool share_a_seed(const TestedModel& first, const TestedModel& second) {
  return std::ranges::any_of(first.runs, [&](const TestedRun& run) { return run_of_seed(second, run.seed) != nullptr; });
}

Comparison compare(const TestedModel& first, const TestedModel& second) {
  require_one_corpus(first, second);
  Comparison comparison{.first = first.name, .second = second.name, .first_tuning = first.tuning, .second_tuning = second.tuning};
  PairedPredictions pairs{.classes = first.classes(), .labels = {}, .first = {}, .second = {}};
  for (const TestedRun& run : first.runs) {
    const TestedRun* const other = run_of_seed(second, run.seed);
    if (other == nullptr) continue;
    if (other->labels != run.labels) throw DataError("{} and {}: their test rows differ", first.name, second.name);
    comparison.seeds.push_back(seed_pair(run, *other, pairs.classes));
    pairs.labels = run.labels;
    pairs.first.push_back(run.predicted);
    pairs.second.push_back(other->predicted);
  }
  if (comparison.seeds.empty()) {
    throw DataError("{} and {}: no seed was trained and tested in both", first.sweep.results.folder.string(),
                    second.sweep.results.folder.string());
  }
  std::vector<double> first_f1, second_f1, p;
  for (const SeedPair& pair : comparison.seeds) {
    first_f1.push_back(pair.first);
    second_f1.push_back(pair.second);
    p.push_back(pair.mcnemar_p);
    comparison.evidence.margins.push_back(pair.difference());
  }
  const std::vector<double> adjusted = holm_adjusted(p);
  for (std::size_t i = 0; i < adjusted.size(); ++i) comparison.seeds[i].mcnemar_holm_p = adjusted[i];
  const std::vector<double>& differences = comparison.evidence.margins;
  comparison.rows = pairs.labels.size();
  comparison.first_f1 = mean_interval(first_f1);
  comparison.second_f1 = mean_interval(second_f1);
  comparison.difference = mean_interval(differences);
  if (differences.size() >= fewest_for_bca) {
    comparison.bca = bca_interval(differences, resampled_means(differences, resamples, bootstrap_seed));
  }
  comparison.over_rows = row_interval(pairs, resamples, bootstrap_seed);
  comparison.sampling_error = sampling_half_width(mean_accuracy(pairs.first, pairs.labels), comparison.rows);
  comparison.evidence.rows = comparison.over_rows;
  if (!equal_budgets(first.tuning, second.tuning)) comparison.evidence.unfit = "unequal tuning";
  add_remarks(first, second, comparison);
  return comparison;
}

Verdict verdict_of(const Comparison& comparison) { return judge({&comparison.evidence, 1}).front(); }

std::string verdict_text(const Comparison& comparison, const Verdict& verdict) {
  if (verdict.outcome == Outcome::undecided) return fmt::format("undecided: {}", verdict.missing);
  return fmt::format("{} is better", verdict.outcome == Outcome::supported ? comparison.first : comparison.second);
}

}  // namespace agsweep
