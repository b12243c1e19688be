#include "workers/train/early_stopping.hpp"

#include <iterator>  // std::ssize

namespace agsweep {

bool is_best_epoch(const Metrics& val, const ProgressState& state, Metric metric) {
  if (!state.best) return true;
  const double value = metric_value(val, metric);
  const double best = metric_value(state.best->metrics(std::ssize(val.confusion)), metric);
  return higher_is_better(metric) ? value > best : value < best;
}

bool stops_early(const ProgressState& state, std::int64_t patience) {
  return patience > 0 && state.best && state.last->epoch - state.best->epoch >= patience;
}

}  // namespace agsweep
