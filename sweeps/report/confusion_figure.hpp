#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sweeps/report/figure.hpp"
#include "sweeps/report/reported_sweep.hpp"

namespace agsweep {

/// How often each class was taken for which, on validation with the best epoch's weights. Each row is shaded by its own shares.
/// @return nullopt where the trial's result.json has no such matrix
std::optional<Figure> confusion_figure(const ReportedSweep& sweep, const TrialResults& trial);

/// The name of a class, or "class 3" where the run did not record it.
std::string class_name(const ReportedSweep& sweep, std::size_t label);

}  // namespace agsweep
