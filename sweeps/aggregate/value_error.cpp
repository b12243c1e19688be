#include "sweeps/aggregate/value_error.hpp"

#include <cmath>

namespace agsweep {

namespace {

constexpr double normal_95 = 1.959963984540054;  // the normal distribution's 97.5 % point

std::optional<double> error_by_confusion(Metric metric, const TrialResults& trial) {
  const std::optional<ConfusionCounts> counts = confusion_counts(result_value(trial, {"best", "val", "confusion"}));
  return counts ? sampling_error(metric, *counts) : std::nullopt;
}

}  // namespace

std::optional<ConfusionCounts> confusion_counts(const nlohmann::json& stored) {
  if (!stored.is_array() || stored.empty()) return std::nullopt;
  ConfusionCounts counts;
  for (const nlohmann::json& row : stored) {
    if (!row.is_array() || row.size() != stored.size()) return std::nullopt;
    counts.emplace_back();
    for (const nlohmann::json& count : row) {
      if (!count.is_number_integer()) return std::nullopt;
      counts.back().push_back(count.get<std::int64_t>());
    }
  }
  return counts;
}

std::optional<double> row_half_width(const SweepResults& sweep, const TrialResults& trial) {
  if (result_value(trial, {"best", "epoch"}) != trial.trial.best_epoch) return std::nullopt;  // none yet, or the trial has gone on since
  const std::optional<double> error = sweep.spec.metric == Metric::loss ? result_number(trial, {"best", "val_loss_standard_error"})
                                                                        : error_by_confusion(sweep.spec.metric, trial);
  return error ? std::optional(normal_95 * *error) : std::nullopt;
}

std::optional<double> ValueError::total() const {
  if (!seeds && !rows) return std::nullopt;
  return std::hypot(seeds.value_or(0), rows.value_or(0));
}

ValueError error_of(std::span<const SweepResults> sweeps, const RankedConfiguration& configuration) {
  ValueError error{.seeds = configuration.value.half_width};
  double sum = 0;
  for (const TrialRef& ref : configuration.trials) {
    const std::optional<double> rows = row_half_width(sweeps[ref.sweep], results_of(sweeps, ref));
    if (!rows) return error;
    sum += *rows;
  }
  error.rows = sum / static_cast<double>(configuration.trials.size());
  return error;
}

std::size_t tied_with_best(std::span<const SweepResults> sweeps, const TrialRanking& ranking) {
  const std::vector<RankedConfiguration>& all = ranking.configurations;
  if (all.size() < 2 || !all[1].complete) return 0;
  const std::optional<double> best = error_of(sweeps, all.front()).total();
  if (!best) return 0;
  std::size_t tied = 1;
  for (; tied < all.size() && all[tied].complete; ++tied) {
    const double other = error_of(sweeps, all[tied]).total().value_or(*best);
    if (std::abs(all.front().value.mean - all[tied].value.mean) > std::hypot(*best, other)) break;
  }
  return tied;
}

}  // namespace agsweep
