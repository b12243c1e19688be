#pragma once

// nlohmann-json, for all of the project: the members of its two classes are compiled once, in json.cpp, and not in each file that uses
// them.

#include <nlohmann/json.hpp>

extern template class nlohmann::basic_json<>;                       // nlohmann::json
extern template class nlohmann::basic_json<nlohmann::ordered_map>;  // nlohmann::ordered_json
