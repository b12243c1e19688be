#pragma once

#include <cstddef>

#include "sweeps/report/figure.hpp"
#include "sweeps/report/reported_sweep.hpp"

namespace agsweep {

/// How many trials stand out in the curves.
inline constexpr std::size_t top_trials = 5;

/// The metric after each epoch: the best trials' in colour, before all others'. @param sweep  one of its trials has a value
Figure metric_curves(const ReportedSweep& sweep);

/// Training and validation loss of the best trials that have an epochs.csv; without any, the plot has no curve and may not be drawn.
Figure loss_curves(const ReportedSweep& sweep);

/// Training and validation accuracy of one trial. @param trial  one with an entry in sweep.epochs
Figure gap_curves(const ReportedSweep& sweep, const TrialResults& trial);

/// The trials of loss_curves.
std::vector<const TrialResults*> trials_with_curves(const ReportedSweep& sweep);

}  // namespace agsweep
