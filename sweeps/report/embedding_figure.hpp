#pragma once

#include <optional>

#include "sweeps/report/figure.hpp"
#include "sweeps/report/reported_sweep.hpp"

namespace agsweep {

/// The rows' last hidden states in the plane of their two principal components, coloured by class: RUN/embedding.json of `agsweep embed`.
/// @return nullopt where the trial's folder has none that can be read
std::optional<Figure> embedding_figure(const ReportedSweep& sweep, const TrialResults& trial);

}  // namespace agsweep
