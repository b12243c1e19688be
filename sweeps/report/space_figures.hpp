#pragma once

#include <vector>

#include "sweeps/report/figure.hpp"
#include "sweeps/report/reported_sweep.hpp"

namespace agsweep {

/// Each trial as a line over all hyperparameters to its value. Trials that have reached `epoch` have a colour by their best value up to it,
/// the others are grey: values after different times are not to be compared.
/// @param sweep  one of its trials has a value
/// @param epoch  that a trial has reached
Figure parallel_figure(const ReportedSweep& sweep, std::int64_t epoch);

/// Where the trials lie in each two hyperparameters, coloured as above. With more than eight hyperparameters the first eight count, or
/// where importance is known the eight most important.
std::vector<Figure> pair_figures(const ReportedSweep& sweep, std::int64_t epoch);

}  // namespace agsweep
