#pragma once

#include <filesystem>
#include <string>

#include "base/json.hpp"
#include "sweeps/comparison/tested_model.hpp"

namespace agsweep {

/// What `confirm` found: a sweep's best configurations trained anew, and the one of them that was tested.
struct Confirmation {
  std::filesystem::path sweep;  // that was searched
  TuningBudget tuning;
  TestedModel model;  // its sweep: all configurations that were trained anew
};

/// DIR/confirm.json.
nlohmann::ordered_json to_json(const Confirmation& confirmation);

/// Tables for a terminal: the configurations by validation, then the chosen one on the test split.
std::string confirmation_text(const Confirmation& confirmation);

}  // namespace agsweep
