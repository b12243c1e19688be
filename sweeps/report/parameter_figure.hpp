#pragma once

#include "sweeps/report/figure.hpp"
#include "sweeps/report/reported_sweep.hpp"

namespace agsweep {

/// Each trial's value against one of its hyperparameters, on the parameter's own scale; points and colours tell the epochs that it ran.
/// @param which  the parameter's place in the space
/// @param sweep  one of its trials has a value
Figure parameter_figure(const ReportedSweep& sweep, std::size_t which);

}  // namespace agsweep
