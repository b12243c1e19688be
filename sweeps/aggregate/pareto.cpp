#include "sweeps/aggregate/pareto.hpp"

#include <algorithm>  // std::stable_sort

namespace agsweep {

namespace {

std::optional<double> number_in(const TrialResults& trial, const char* key) {
  if (!trial.result.is_object() || !trial.result.contains(key) || !trial.result[key].is_number()) return std::nullopt;
  return trial.result[key].get<double>();
}

std::optional<double> mean_cost(std::span<const SweepResults> sweeps, const RankedConfiguration& configuration, ParetoCost cost) {
  double sum = 0;
  for (const TrialRef& ref : configuration.trials) {
    const std::optional<double> one = cost_of(results_of(sweeps, ref), cost);
    if (!one) return std::nullopt;
    sum += *one;
  }
  return sum / static_cast<double>(configuration.trials.size());
}

}  // namespace

std::optional<double> cost_of(const TrialResults& trial, ParetoCost cost) {
  switch (cost) {
    case ParetoCost::parameters:
      return number_in(trial, "params_trainable");
    case ParetoCost::seconds:
      return trial.seconds > 0 ? std::optional(trial.seconds) : std::nullopt;
    case ParetoCost::memory:
      break;
  }
  const std::optional<double> device = number_in(trial, "peak_device_memory_bytes");
  return device ? device : number_in(trial, "peak_memory_bytes");
}

std::vector<ParetoPoint> pareto_points(std::span<const SweepResults> sweeps, const TrialRanking& ranking, ParetoCost cost) {
  std::vector<ParetoPoint> points;
  for (std::size_t rank = 0; rank < ranking.configurations.size(); ++rank) {
    const RankedConfiguration& one = ranking.configurations[rank];
    const std::optional<double> own = one.complete ? mean_cost(sweeps, one, cost) : std::nullopt;
    if (own) points.push_back({.rank = rank, .cost = *own, .value = one.value.mean});
  }
  // By rank before, so that of equals the first stays first.
  std::stable_sort(points.begin(), points.end(), [](const ParetoPoint& a, const ParetoPoint& b) { return a.cost < b.cost; });
  const bool maximise = higher_is_better(ranking.scope.metric);
  const ParetoPoint* last = nullptr;  // the best so far
  for (ParetoPoint& point : points) {
    point.best = last == nullptr || (maximise ? point.value > last->value : point.value < last->value);
    if (point.best) last = &point;
  }
  return points;
}

}  // namespace agsweep
