#include "sweeps/report/rung_table.hpp"

#include <algorithm>  // std::max_element, std::min_element, std::sort

#include "sweeps/schedule/asha.hpp"
#include "sweeps/statistics/rank_correlation.hpp"

namespace agsweep {

namespace {

double median_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

RungRow row_of(const SweepResults& sweep, std::int64_t epoch, std::int64_t last) {
  RungRow row{.epoch = epoch};
  std::vector<double> values, here, there;
  for (const TrialResults& results : sweep.trials) {
    const SweepTrial& trial = results.trial;
    if (trial.phase == TrialPhase::failed || trial.epochs() < epoch) continue;
    ++row.reached;
    // At the rung itself and running: it has just been promoted.
    row.promoted += trial.epochs() > epoch || (epoch < last && trial.phase == TrialPhase::running) ? 1 : 0;
    values.push_back(sweep.best_up_to(trial, epoch));
    if (epoch < last && trial.epochs() >= last) {
      here.push_back(values.back());
      there.push_back(sweep.best_up_to(trial, last));
    }
  }
  if (row.reached > 0) {
    row.best = sweep.maximise() ? *std::max_element(values.begin(), values.end()) : *std::min_element(values.begin(), values.end());
    row.median = median_of(values);
  }
  row.pairs = std::ssize(here);
  row.correlation = spearman(here, there);
  return row;
}

}  // namespace

std::vector<RungRow> rung_table(const SweepResults& sweep) {
  if (sweep.trials.empty()) return {};
  const SchedulerSpec& scheduler = sweep.spec.scheduler;
  const std::vector<std::int64_t> rungs = asha_rungs(scheduler.min_epochs, scheduler.eta, sweep.epochs);
  std::vector<RungRow> rows;
  for (const std::int64_t rung : rungs) rows.push_back(row_of(sweep, rung, rungs.back()));
  return rows;
}

}  // namespace agsweep
