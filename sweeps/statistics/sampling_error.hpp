#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/metric.hpp"

namespace agsweep {

/// Rows by true and predicted class.
using ConfusionCounts = std::vector<std::vector<std::int64_t>>;  // [true][predicted], square

/// The standard error of a metric that comes of the rows being a sample: what another sample of as many rows would change.
///
/// The infinitesimal jackknife (Efron 1982, "The jackknife, the bootstrap and other resampling plans"), to which the bootstrap over rows
/// tends: every such metric is a function of the confusion matrix. For accuracy it is the binomial's sqrt(p (1 - p) / n). Macro means are
/// over the classes that some row has or some prediction is.
/// @return none for the loss, which no confusion matrix tells (result.json has its own), and without rows
std::optional<double> sampling_error(Metric metric, const ConfusionCounts& counts);

}  // namespace agsweep
