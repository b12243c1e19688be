#pragma once

#include "sweeps/aggregate/importance.hpp"
#include "sweeps/report/figure.hpp"

namespace agsweep {

/// The share of the metric's variance that each hyperparameter explains by itself, largest on top, with its interval.
/// @param name        of the sweep, as in ReportedSweep
/// @param importance  with shares
Figure importance_figure(const std::string& name, const HyperparameterImportance& importance);

}  // namespace agsweep
