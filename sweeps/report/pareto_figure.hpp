#pragma once

#include <optional>

#include "sweeps/aggregate/pareto.hpp"
#include "sweeps/report/figure.hpp"
#include "sweeps/report/reported_sweep.hpp"

namespace agsweep {

/// What each complete configuration costs and brings, with a line through those that no other beats in both.
/// @return none where fewer than two costs are known, or all are the same
std::optional<Figure> pareto_figure(const ReportedSweep& sweep, ParetoCost cost);

/// "trained parameters", "training and evaluation (s)", ..
std::string cost_label(ParetoCost cost);

}  // namespace agsweep
