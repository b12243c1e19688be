#pragma once

#include <string>
#include <vector>

#include "base/json.hpp"

namespace agsweep {

/// A line for each reason why figures mean little; nothing for real news and a trained GPT-2.
std::string caveats(bool synthetic_corpus, bool random_base);

/// A split's metrics, as result.json spells them, for a person: totals, then a line a class.
std::string metrics_text(const nlohmann::json& metrics, const std::vector<std::string>& class_names);

/// A finished training's result.json for a person: the best epoch on each split, test by class, time and speed.
std::string result_text(const nlohmann::json& result, const std::vector<std::string>& class_names);

}  // namespace agsweep
