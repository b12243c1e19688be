#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sweeps/aggregate/value_error.hpp"  // ConfusionCounts
#include "sweeps/report/figure.hpp"
#include "sweeps/report/reported_sweep.hpp"

namespace agsweep {

/// A confusion matrix, drawn: each row is shaded by its own shares.
/// @param class_names  one a row; a name that is missing is "class 3"
Figure confusion_plot(std::string name, std::string title, std::string caption, const std::vector<std::string>& class_names,
                      const ConfusionCounts& counts);

/// How often each class was taken for which, on validation with the best epoch's weights.
/// @return nullopt where the trial's result.json has no such matrix
std::optional<Figure> confusion_figure(const ReportedSweep& sweep, const TrialResults& trial);

/// The name of a class, or "class 3" where the run did not record it.
std::string class_name(const ReportedSweep& sweep, std::size_t label);

}  // namespace agsweep
