#pragma once

#include <string>

#include "base/json.hpp"
#include "sweeps/report/figure.hpp"
#include "workers/metrics/calibration.hpp"

namespace agsweep {

/// {ece, confidence_right, confidence_wrong, right, wrong, bins: [{low, high, rows, confidence, accuracy}]}; null where no row counts.
nlohmann::json to_json(const Calibration& calibration);

/// The same for a person, without the bins.
std::string calibration_text(const Calibration& calibration);

/// The reliability diagram: accuracy against confidence, a point a bin, sized by its rows, and the line of perfect calibration.
/// @param of  what was evaluated, for the caption: "the test split of data.h5"
Figure reliability_figure(const Calibration& calibration, const std::string& of);

}  // namespace agsweep
