#pragma once

#include <string>
#include <vector>

#include "base/json.hpp"

namespace agsweep {

/// Why a repeated training need not have a recorded one's bits (docs/numerics.md): another way of summing, kind or type of device,
/// LibTorch or agsweep. Empty: it must have them.
/// @param recorded  result.json of the run; null where there is none
/// @param repeated  reduction, device, device_name and versions of the run that repeats it
std::vector<std::string> reasons_for_other_bits(const nlohmann::json& recorded, const nlohmann::json& repeated);

}  // namespace agsweep
