#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sweeps/space/option_check.hpp"
#include "sweeps/space/spec_node.hpp"
#include "sweeps/space/sweep_spec.hpp"

namespace agsweep {

/// A key of [space]: {log = [low, high]}, {range = [low, high]}, {int = [low, high]}, {log_int = [low, high]} or {values = [a, b, ..]}.
/// @param model  whose option it is
/// @throws UsageError that names file, line, column and key; what `check` throws
Parameter read_parameter(const SpecNode& node, const std::filesystem::path& path, const std::string& model, const OptionCheck& check);

/// A [[trial]]: each key of the space, once, and no other.
/// @throws UsageError that names file, line, column and key; what `check` throws
Point read_trial(const SpecNode& node, const std::filesystem::path& path, const std::string& model, const SearchSpace& space,
                 const OptionCheck& check);

}  // namespace agsweep
