#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sweeps/comparison/tested_model.hpp"
#include "sweeps/reproduction/experiment.hpp"
#include "sweeps/statistics/interval.hpp"
#include "sweeps/statistics/mean_interval.hpp"

namespace agsweep {

/// A line of the results: what was published of a model, and what its trainings here say.
struct ResultRow {
  std::string name;  // "test accuracy (%)"
  std::string key;   // "test_accuracy", in reproduction.json
  int decimals = 2;
  std::optional<double> published;  // none: the experiment did not tell
  std::vector<double> measured;     // a training's each
  std::optional<MeanInterval> mean() const;
  std::optional<Interval> bca() const;  // of the mean, from ten trainings on
};

/// Test and validation metrics, time, epochs, the gap, and with a price the cost. Percentages, minutes.
std::vector<ResultRow> result_rows(const TestedModel& model, std::optional<double> price);

}  // namespace agsweep
