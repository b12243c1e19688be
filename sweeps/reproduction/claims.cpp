#include "sweeps/reproduction/claims.hpp"

#include <algorithm>  // std::max, std::find_if
#include <cmath>
#include <functional>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "base/error.hpp"
#include "sweeps/comparison/comparison.hpp"
#include "sweeps/report/value_text.hpp"  // counted

namespace agsweep {

namespace {

// Thresholds of docs/claims.md, fixed before anything was measured.
constexpr double least_speed_up = 3.6;    // a tenth below the published 4.0
constexpr double least_loss = 0.5;        // points of validation F1 that training on costs
constexpr double largest_zero_gap = 1.0;  // points
constexpr double diverged_accuracy = 50;  // per cent
constexpr double chance_accuracy = 25;    // per cent, of four classes: what a training that diverged counts as
constexpr double least_lag = 0.5;         // points of validation F1
constexpr double least_swing = 1.0;       // points of validation F1 from one epoch to the next

constexpr double points = 100;  // in a fraction

/// @throws DataError where a complete trial's result lacks it
double number(const TrialResults& trial, std::initializer_list<const char*> keys) {
  const std::optional<double> value = result_number(trial, keys);
  if (!value) throw DataError("{}: result.json has no number {}", trial.folder.string(), fmt::join(keys, "."));
  return *value;
}

/// Training minus validation accuracy of the last epoch's weights, each by one evaluation pass, in points.
double final_gap(const TrialResults& trial) {
  return points * (number(trial, {"final", "train", "accuracy"}) - number(trial, {"final", "val", "accuracy"}));
}
double best_val_f1(const TrialResults& trial) { return points * number(trial, {"best", "val", "f1_macro"}); }

/// The trial of a seed, whatever became of it; nullptr: there is none.
const TrialResults* trial_of_seed(const TestedModel& model, std::int64_t seed) {
  const auto& trials = model.sweep.results.trials;
  const auto found = std::find_if(trials.begin(), trials.end(), [&](const TrialResults& one) { return one.trial.seed == seed; });
  return found == trials.end() ? nullptr : &*found;
}

bool complete(const TrialResults* trial) {
  return trial != nullptr && trial->trial.phase == TrialPhase::complete && trial->result.is_object();
}

/// Ended by a loss or gradient that was no number; any other failure, of a disk for one, says nothing about a recipe.
bool diverged(const TrialResults& trial) {
  return trial.trial.phase == TrialPhase::failed && trial.trial.error.find(not_finite) != std::string::npos;
}

/// "2 trainings failed with .. that was not finite", and of how many others the failure tells nothing.
std::string failures_text(const TestedModel& model) {
  std::int64_t with_loss = 0;
  std::int64_t otherwise = 0;
  for (const TrialResults& trial : model.sweep.results.trials) {
    if (trial.trial.phase == TrialPhase::failed) ++(diverged(trial) ? with_loss : otherwise);
  }
  std::string text = fmt::format("{} failed with a loss or gradient that was not finite", counted(with_loss, "training"));
  if (otherwise > 0) text += fmt::format("; {} failed otherwise, and do not count", counted(otherwise, "training"));
  return text;
}

using OfOne = std::function<double(const TrialResults&)>;
using OfTwo = std::function<double(const TrialResults&, const TrialResults&)>;

/// A margin for each seed of a model's complete trainings.
Evidence margins_of(const TestedModel& model, const OfOne& margin) {
  Evidence evidence;
  for (const TrialResults& trial : model.sweep.results.trials) {
    if (complete(&trial)) evidence.margins.push_back(margin(trial));
  }
  return evidence;
}

/// The same for two models' trainings of one seed.
Evidence margins_of(const TestedModel& first, const TestedModel& second, const OfTwo& margin) {
  Evidence evidence;
  for (const TrialResults& trial : first.sweep.results.trials) {
    const TrialResults* const other = trial_of_seed(second, trial.trial.seed);
    if (complete(&trial) && complete(other)) evidence.margins.push_back(margin(trial, *other));
  }
  return evidence;
}

/// first - second in macro F1 on test, in points.
Evidence f1_difference(const TestedModel& first, const TestedModel& second) {
  if (!share_a_seed(first, second)) return {};
  Evidence evidence = compare(first, second).evidence;
  for (double& margin : evidence.margins) margin *= points;
  evidence.rows = Interval{evidence.rows->low * points, evidence.rows->high * points};
  return evidence;
}

std::string mean_of(const TestedModel& model, const char* name, const OfOne& value, int decimals, const char* unit) {
  std::vector<double> values = margins_of(model, value).margins;
  if (values.empty()) return fmt::format("{}: no training", name);
  return fmt::format("{}: {}{}", name, mean_text(mean_interval(values), decimals), unit);
}

/// What a claim is made of before it is judged.
struct ClaimMaker {
  const char* id;
  const char* statement;
  const char* quantity;
  const char* unit;
  std::vector<std::string> arms;  // that it takes
  std::function<void(const ArmResults&, JudgedClaim&)> measure;
};

const TestedModel& arm(const ArmResults& results, std::string_view name) { return results.find(name)->second; }

void measure_speed(const ArmResults& results, JudgedClaim& claim) {
  const auto seconds = [](const TrialResults& trial) { return number(trial, {"train_seconds"}); };
  claim.evidence =
      margins_of(arm(results, "gpt2-lora"), arm(results, "scratch"),
                 [&](const TrialResults& lora, const TrialResults& scratch) { return seconds(lora) / seconds(scratch) - least_speed_up; });
  const auto minutes = [&](const TrialResults& trial) { return seconds(trial) / 60; };
  claim.details = mean_of(arm(results, "scratch"), "scratch", minutes, 2, " min") + "; " +
                  mean_of(arm(results, "gpt2-lora"), "LoRA", minutes, 2, " min");
}

void measure_overfitting(const ArmResults& results, JudgedClaim& claim) {
  const TestedModel& scratch = arm(results, "scratch");
  claim.evidence = margins_of(scratch, [](const TrialResults& trial) {
    return best_val_f1(trial) - points * number(trial, {"final", "val", "f1_macro"}) - least_loss;
  });
  const auto best_epoch = [](const TrialResults& trial) { return number(trial, {"best", "epoch"}); };
  claim.details = mean_of(scratch, "gap after the last epoch", final_gap, 2, " points (published 8.69)") + "; " +
                  mean_of(scratch, "best epoch", best_epoch, 1, " (published 2)") +
                  ". The published training stopped at epoch 12 of 50, so its rate was never annealed.";
}

std::size_t rows_of(const TrialResults& trial, const char* epoch, const char* split) {
  std::size_t rows = 0;
  for (const nlohmann::json& one : result_value(trial, {epoch, split, "per_class"})) rows += one.at("support").get<std::size_t>();
  return rows;
}

/// Of a mean margin about the last epoch's gap: every seed was read on the same rows, and other rows would have given another gap.
std::optional<Interval> gap_rows(const TestedModel& model, double mean) {
  double variance = 0;  // of an accuracy on either split, the mean over the trainings
  double trainings = 0;
  for (const TrialResults& trial : model.sweep.results.trials) {
    if (!complete(&trial)) continue;
    for (const char* split : {"train", "val"}) {
      const std::size_t rows = rows_of(trial, "final", split);
      if (rows == 0) return std::nullopt;
      const double half = sampling_half_width(number(trial, {"final", split, "accuracy"}), rows);
      variance += half * half;
    }
    ++trainings;
  }
  const double half = points * std::sqrt(variance / trainings);
  return Interval{mean - half, mean + half};
}

void measure_lora_gap(const ArmResults& results, JudgedClaim& claim) {
  const TestedModel& lora = arm(results, "gpt2-lora");
  claim.evidence = margins_of(lora, [](const TrialResults& trial) { return largest_zero_gap - std::abs(final_gap(trial)); });
  if (!claim.evidence.margins.empty()) claim.evidence.rows = gap_rows(lora, mean_interval(claim.evidence.margins).mean);
  claim.details = mean_of(lora, "gap by one evaluation pass", final_gap, 2, " points") +
                  " (published -0.21, which took training accuracy from the running values, with dropout on)";
}

void measure_test_above_validation(const ArmResults& results, JudgedClaim& claim) {
  const TestedModel& scratch = arm(results, "scratch");
  std::size_t val_rows = 0;
  std::vector<double> test_accuracies, val_accuracies;
  for (const TestedRun& run : scratch.runs) {
    const double val = number(*run.trial, {"best", "val", "accuracy"});
    const double test = run.test.at("accuracy").get<double>();
    test_accuracies.push_back(test);
    val_accuracies.push_back(val);
    claim.evidence.margins.push_back(points * (test - val));
    val_rows = rows_of(*run.trial, "best", "val");
  }
  if (scratch.runs.empty() || val_rows == 0) return;
  const double mean = mean_interval(claim.evidence.margins).mean;
  const double test = sampling_half_width(mean_interval(test_accuracies).mean, scratch.runs[0].labels.size());
  const double val = sampling_half_width(mean_interval(val_accuracies).mean, val_rows);
  const double half = points * std::hypot(test, val);
  claim.evidence.rows = Interval{mean - half, mean + half};
  claim.details =
      "Like with like: the best epoch on both. The experiment put the best epoch's test accuracy beside the last epoch's "
      "validation accuracy. Over the rows: binomial, test and validation rows together.";
}

void measure_divergence(const ArmResults& results, JudgedClaim& claim) {
  const TestedModel& scratch = arm(results, "scratch-lr-5e-3");
  for (const TrialResults& trial : scratch.sweep.results.trials) {
    if (diverged(trial)) {
      claim.evidence.margins.push_back(diverged_accuracy - chance_accuracy);
    } else if (complete(&trial)) {
      claim.evidence.margins.push_back(diverged_accuracy - points * number(trial, {"final", "val", "accuracy"}));
    }
  }
  claim.details = failures_text(scratch);
}

void measure_slowness(const ArmResults& results, JudgedClaim& claim) {
  claim.evidence =
      margins_of(arm(results, "scratch"), arm(results, "scratch-lr-1e-4"),
                 [](const TrialResults& usual, const TrialResults& slow) { return best_val_f1(usual) - best_val_f1(slow) - least_lag; });
}

void measure_instability(const ArmResults& results, JudgedClaim& claim) {
  constexpr auto f1 = static_cast<std::size_t>(Metric::f1_macro);
  const TestedModel& lora = arm(results, "gpt2-lora-lr-5e-5");
  for (const TrialResults& trial : lora.sweep.results.trials) {
    if (!diverged(trial) && !complete(&trial)) continue;
    double swing = diverged(trial) ? diverged_accuracy : 0;
    if (const auto table = lora.sweep.epochs.find(trial.number); table != lora.sweep.epochs.end()) {
      const auto& val = table->second.val;
      for (std::size_t i = 1; i < val.size(); ++i) swing = std::max(swing, points * (val[i - 1][f1] - val[i][f1]));
    }
    claim.evidence.margins.push_back(swing - least_swing);
  }
  claim.details = failures_text(lora);
}

/// Whether the gap of `other` is smaller than that of the published scratch recipe.
auto smaller_gap(std::string other) {
  return [other = std::move(other)](const ArmResults& results, JudgedClaim& claim) {
    const TestedModel& scratch = arm(results, "scratch");
    const TestedModel& changed = arm(results, other);
    claim.evidence = margins_of(scratch, changed, [](const TrialResults& a, const TrialResults& b) { return final_gap(a) - final_gap(b); });
    claim.details = mean_of(scratch, "gap as published", final_gap, 2, " points") + "; " +
                    mean_of(changed, "changed", final_gap, 2, " points") + "; " +
                    mean_of(scratch, "best validation F1", best_val_f1, 2, "") + " and " + mean_of(changed, "changed", best_val_f1, 2, "");
  };
}

auto better(std::string first, std::string second) {
  return [first = std::move(first), second = std::move(second)](const ArmResults& results, JudgedClaim& claim) {
    claim.evidence = f1_difference(arm(results, first), arm(results, second));
    const auto f1 = [](const TestedModel& model) {
      std::vector<double> values;
      for (const TestedRun& run : model.runs) values.push_back(points * run.test.at("f1_macro").get<double>());
      return values.empty() ? std::string("not tested") : mean_text(mean_interval(values), 2);
    };
    claim.details = fmt::format("test F1: {} and {}", f1(arm(results, first)), f1(arm(results, second)));
  };
}

constexpr const char* test_f1_quantity = "difference in macro F1 on test, above 0";

std::vector<ClaimMaker> experiments_claims(ClaimScope scope) {
  std::vector<ClaimMaker> claims = {
      {"scratch-better",
       "The scratch model beats LoRA.",
       "scratch minus LoRA in macro F1 on test, above 0",
       "points",
       {"scratch", "gpt2-lora"},
       better("scratch", "gpt2-lora")},
      {"faster",
       "It trains 4.0 times faster.",
       "LoRA's over scratch's training time, above 3.6",
       "times",
       {"scratch", "gpt2-lora"},
       measure_speed},
      {"overfitting",
       "Its gap of 8.69 points is overfitting; the best epoch is the second.",
       "best minus last epoch's validation macro F1, above 0.5 points",
       "points",
       {"scratch"},
       measure_overfitting},
      {"lora-gap",
       "LoRA's gap is near 0.",
       "1 point minus the size of the last epoch's gap, above 0",
       "points",
       {"gpt2-lora"},
       measure_lora_gap},
      {"test-above-validation",
       "Test accuracy is above validation accuracy.",
       "test minus validation accuracy of the best epoch, above 0",
       "points",
       {"scratch"},
       measure_test_above_validation},
  };
  if (scope == ClaimScope::main) return claims;
  claims.push_back({"rate-5e-3-diverges",
                    "A peak rate of 5e-3 diverges.",
                    "50 % minus the last epoch's validation accuracy, above 0",
                    "points",
                    {"scratch-lr-5e-3"},
                    measure_divergence});
  claims.push_back({"rate-1e-4-slow",
                    "A peak rate of 1e-4 is too slow.",
                    "validation F1 at 1e-3 minus that at 1e-4, above 0.5 points",
                    "points",
                    {"scratch", "scratch-lr-1e-4"},
                    measure_slowness});
  claims.push_back({"lora-5e-5-unstable",
                    "A peak rate of 5e-5 is unstable for LoRA.",
                    "largest fall of validation F1 from one epoch to the next, above 1 point",
                    "points",
                    {"gpt2-lora-lr-5e-5"},
                    measure_instability});
  claims.push_back({"dropout-0.5",
                    "Dropout 0.5 overfits less.",
                    "last epoch's gap at dropout 0.3 minus that at 0.5, above 0",
                    "points",
                    {"scratch", "scratch-dropout-0.5"},
                    smaller_gap("scratch-dropout-0.5")});
  return claims;
}

std::vector<ClaimMaker> untested_claims() {
  return {
      {"few-100",
       "Fine-tuning is better with 100 examples.",
       test_f1_quantity,
       "points",
       {"gpt2-lora-100-rows", "scratch-100-rows"},
       better("gpt2-lora-100-rows", "scratch-100-rows")},
      {"few-1000",
       "Fine-tuning is better with 1,000 examples.",
       test_f1_quantity,
       "points",
       {"gpt2-lora-1000-rows", "scratch-1000-rows"},
       better("gpt2-lora-1000-rows", "scratch-1000-rows")},
      {"few-10000",
       "Fine-tuning is better with 10,000 examples.",
       test_f1_quantity,
       "points",
       {"gpt2-lora-10000-rows", "scratch-10000-rows"},
       better("gpt2-lora-10000-rows", "scratch-10000-rows")},
      {"rank-32",
       "Rank 32 is better than rank 8.",
       test_f1_quantity,
       "points",
       {"gpt2-lora-rank-32", "gpt2-lora"},
       better("gpt2-lora-rank-32", "gpt2-lora")},
      {"full",
       "Training all of GPT-2 is better than LoRA of rank 8.",
       test_f1_quantity,
       "points",
       {"gpt2-full", "gpt2-lora"},
       better("gpt2-full", "gpt2-lora")},
      {"tuned",
       "With each rate tuned over an equal budget, scratch still beats LoRA.",
       test_f1_quantity,
       "points",
       {"scratch-tuned", "gpt2-lora-tuned"},
       better("scratch-tuned", "gpt2-lora-tuned")},
      {"smaller",
       "A smaller scratch model overfits less.",
       "last epoch's gap minus that of width 96 and 2 layers, above 0",
       "points",
       {"scratch", "scratch-small"},
       smaller_gap("scratch-small")},
  };
}

ClaimFamily judged(std::string title, const std::vector<ClaimMaker>& makers, const ArmResults& results, const Deviations& deviations) {
  ClaimFamily family{.title = std::move(title), .claims = {}, .tested = 0};
  std::vector<Evidence> evidence;
  for (const ClaimMaker& maker : makers) {
    JudgedClaim claim{.id = maker.id, .statement = maker.statement, .quantity = maker.quantity, .unit = maker.unit};
    std::vector<std::string> missing;
    for (const std::string& name : maker.arms) {
      if (results.find(name) == results.end()) missing.push_back(name);
    }
    if (!missing.empty()) {
      claim.not_run = fmt::format("not trained: {}", fmt::join(missing, ", "));
    } else {
      maker.measure(results, claim);
      if (!claim.evidence.margins.empty()) claim.margin = mean_interval(claim.evidence.margins);
      if (!deviations.decisive.empty())
        claim.evidence.unfit = fmt::format("not the real experiment ({})", fmt::join(deviations.decisive, "; "));
      evidence.push_back(claim.evidence);
    }
    family.claims.push_back(std::move(claim));
  }
  const std::vector<Verdict> verdicts = judge(evidence);
  for (JudgedClaim& claim : family.claims) {
    if (claim.not_run.empty()) claim.verdict = verdicts[family.tested++];
  }
  return family;
}

}  // namespace

std::vector<ClaimFamily> judge_claims(const Reproduced& reproduced) {
  const Deviations deviations = deviations_of(reproduced);
  const ClaimScope scope = reproduced.plan.claims;
  std::vector<ClaimFamily> families = {judged("Claims of the experiment", experiments_claims(scope), reproduced.arms, deviations)};
  if (scope == ClaimScope::all) families.push_back(judged("Claims that nobody tested", untested_claims(), reproduced.arms, deviations));
  return families;
}

}  // namespace agsweep
