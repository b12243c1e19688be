#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "orchestrator/sweep/prepared_sweep.hpp"
#include "orchestrator/sweep/sweep_plan.hpp"
#include "sweeps/state/forecast.hpp"
#include "workers/train/measure_step.hpp"

namespace agsweep {

/// The options of a configuration's trial, resolved for a group of this job.
TrainConfig trial_config(const PreparedSweep& sweep, const Point& point);

/// The first of this folder's configurations that depend on no trial's result, `most` at most; tpe may have none.
std::vector<Point> known_points(const SweepSpec& spec, std::size_t most);

/// Those by which is seen whether any can be trained: known_points, 16 at most, or first_point where there are none.
std::vector<Point> points_to_try(const SweepSpec& spec);

/// What a person should know of the learning rate's schedule before a sweep with a scheduler; empty: nothing.
std::string warmup_warning(const SweepPlan& plan, std::int64_t train_rows);

/// Steps measured here and now, with this rank alone.
class MeasuredSteps {
 public:
  /// Of a configuration, or of one before it whose steps do the same work.
  /// @param sweep  whose corpus and device are the same in each call
  StepMeasurement of(const PreparedSweep& sweep, TrainConfig config);

 private:
  std::shared_ptr<SharedWeights> shared_;
  std::vector<std::pair<TrainConfig, StepMeasurement>> measured_;
};

/// What a sweep will take, from a measured step.
struct SweepEstimate {
  StepMeasurement step;
  std::int64_t trials = 0;
  Forecast forecast = {};  // of the whole sweep, with as many trials at once as this job has groups
  bool at_most = false;    // a trial may end before its schedule does, by its patience or max_steps
  double tokens_per_epoch = 0;
  double seconds = 0;  // of all trials, one after the other on this rank
};
/// @param point  the configuration that is measured
SweepEstimate estimate_sweep(const PreparedSweep& sweep, const Point& point, MeasuredSteps& steps);

/// --dry-run: prints the configurations that are known before the sweep, and what it will take: epochs, tokens, hours (from a step measured
/// here and now, with this rank alone), disk at most.
void print_cost(const PreparedSweep& sweep);

}  // namespace agsweep
