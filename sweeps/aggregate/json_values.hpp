#pragma once

#include <nlohmann/json.hpp>

#include "sweeps/aggregate/sweep_results.hpp"

namespace agsweep {

/// A measured number with 9 significant digits. @param number  finite
double significant(double number);

/// {"lr": 0.001, "lora_rank": 8}: a trial's values, in the types of the spec.
nlohmann::ordered_json parameters_json(const TrialResults& trial);

}  // namespace agsweep
