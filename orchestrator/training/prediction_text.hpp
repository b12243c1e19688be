#pragma once

#include <string>
#include <vector>

#include "workers/train/predict.hpp"

namespace agsweep {

/// The class and the probabilities of each row: tab-separated values under a header.
std::string class_table(const Prediction& prediction, const std::vector<std::string>& class_names);

/// The same as a JSON object a row, one a line.
std::string class_json_lines(const Prediction& prediction, const std::vector<std::string>& class_names);

}  // namespace agsweep
