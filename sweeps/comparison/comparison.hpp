#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "sweeps/comparison/tested_model.hpp"
#include "sweeps/statistics/interval.hpp"
#include "sweeps/statistics/mean_interval.hpp"
#include "sweeps/statistics/verdict.hpp"

namespace agsweep {

/// Two models trained with one seed, on the same test rows.
struct SeedPair {
  std::int64_t seed = 0;
  double first = 0;  // macro F1, as `second`
  double second = 0;
  std::int64_t only_first = 0;  // rows that the first alone has right
  std::int64_t only_second = 0;
  double mcnemar_p = 1;
  double mcnemar_holm_p = 1;  // over the seeds

  double difference() const { return first - second; }
};

/// Two tested models side by side: first minus second, in macro F1 on the test split.
struct Comparison {
  std::string first;  // names
  std::string second;
  TuningBudget first_tuning = {};
  TuningBudget second_tuning = {};
  std::size_t rows = 0;              // of the test split
  std::vector<SeedPair> seeds = {};  // that both have
  MeanInterval first_f1 = {};
  MeanInterval second_f1 = {};
  MeanInterval difference = {};
  std::optional<Interval> bca = {};       // of the mean difference, from ten seeds on
  Interval over_rows = {};                // of the mean difference, over samples of the test rows
  double sampling_error = 0;              // half of the 95 % interval of one model's accuracy, of the test rows alone
  Evidence evidence = {};                 // difference() a seed
  std::vector<std::string> remarks = {};  // what must not be overlooked: made-up rows, random weights, seeds of one side alone
};

/// How far two budgets may lie apart, as a part of the larger one.
inline constexpr double most_budget_difference = 0.2;

/// Resamples of the test rows, and of the seeds.
inline constexpr std::size_t resamples = 2000;

/// Whether some seed was trained and tested in both.
bool share_a_seed(const TestedModel& first, const TestedModel& second);

/// @throws DataError where the corpora differ, or no seed is on both sides
Comparison compare(const TestedModel& first, const TestedModel& second);

/// As if it were the only claim: that the first is better.
Verdict verdict_of(const Comparison& comparison);

/// "A is better", "B is better", or "undecided: .."
std::string verdict_text(const Comparison& comparison, const Verdict& verdict);

/// Tables and verdict for a terminal.
std::string comparison_text(const Comparison& comparison);
nlohmann::ordered_json to_json(const Comparison& comparison);

/// 0.9195 ± 0.0012; without the second part for one seed.
std::string mean_text(const MeanInterval& interval, int decimals = 4);

/// Half of the 95 % interval that so many rows leave a share (Wald). In the share's unit.
double sampling_half_width(double share, std::size_t rows);

}  // namespace agsweep
