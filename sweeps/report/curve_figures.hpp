#pragma once

#include <cstddef>
#include <optional>

#include "sweeps/report/figure.hpp"
#include "sweeps/report/reported_sweep.hpp"

namespace agsweep {

/// How many trials stand out in the curves.
inline constexpr std::size_t top_trials = 5;

/// The metric after each epoch: the best trials' in colour, before all others'. @param sweep  one of its trials has a value
Figure metric_curves(const ReportedSweep& sweep);

/// The best trials alone in the second half of their epochs, where the axis shows what lies between them; a band tells the best value's
/// sampling error. None where there are fewer than two trials or three epochs.
std::optional<Figure> best_curves(const ReportedSweep& sweep);

/// Validation loss of the best trials that have an epochs.csv, and their training loss where an evaluation pass has measured it: one
/// definition on one axis. Without any such trial, the plot has no curve and may not be drawn.
Figure loss_curves(const ReportedSweep& sweep);

/// What the optimiser saw of the same trials' loss: smoothed, and with dropout.
Figure optimised_loss_curves(const ReportedSweep& sweep);

/// Training and validation accuracy of one trial. @param trial  one with an entry in sweep.epochs
Figure gap_curves(const ReportedSweep& sweep, const TrialResults& trial);

/// The trials of loss_curves.
std::vector<const TrialResults*> trials_with_curves(const ReportedSweep& sweep);

}  // namespace agsweep
