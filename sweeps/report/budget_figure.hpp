#pragma once

#include <optional>

#include "sweeps/report/figure.hpp"
#include "sweeps/report/reported_sweep.hpp"

namespace agsweep {

/// What the metric is worth by the budget. Without a scheduler: the expected best value of so many configurations (Dodge et al. 2019), each
/// counted with the mean over its seeds. With one, which spends unequal budgets on configurations: the best value so far against the epochs
/// that all trials have trained together.
/// @return nullopt where there is nothing to draw: without a scheduler, no complete configuration; with one, no epoch of a trial that has
/// not failed
std::optional<Figure> budget_figure(const ReportedSweep& sweep);

}  // namespace agsweep
