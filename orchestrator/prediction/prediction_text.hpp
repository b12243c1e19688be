#pragma once

#include <string>
#include <vector>

#include "workers/train/prediction.hpp"

namespace agsweep {

/// The class and the probabilities of each text: tab-separated values under a header. A blank text's fields are empty.
/// @param blank  [texts]; the prediction has a row for each of the others, in their order
std::string class_table(const Prediction& prediction, const std::vector<bool>& blank, const std::vector<std::string>& class_names);

/// The same as a JSON object a text, one a line; of a blank one with null for class and probabilities.
std::string class_json_lines(const Prediction& prediction, const std::vector<bool>& blank, const std::vector<std::string>& class_names);

}  // namespace agsweep
