#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sweeps/space/parameter.hpp"  // ParameterValue
#include "sweeps/space/spec_node.hpp"
#include "sweeps/space/sweep_spec.hpp"

namespace agsweep {

/// What sweeps/ asks of whoever knows the train options: whether `model` has option `key` (as in config.toml), and whether `value` is one
/// of its values. The value is returned as the option has it (1 as 1.0 for a number), and such a value is returned unchanged.
///
/// For key "model" the argument `model` is the value too.
/// @param origin  stands before the error: "sweep.toml:12:1: lr"
/// @throws UsageError for an unknown key, an option that the model does not have or a sweep may not set, a wrong type, or out of range
using OptionCheck =
    std::function<ParameterValue(std::string_view model, std::string_view key, const ParameterValue& value, std::string_view origin)>;

/// A key of [space]: {log = [low, high]}, {range = [low, high]}, {int = [low, high]}, {log_int = [low, high]} or {values = [a, b, ..]}.
/// @param model  whose option it is
/// @throws UsageError that names file, line, column and key; what `check` throws
Parameter read_parameter(const SpecNode& node, const std::filesystem::path& path, const std::string& model, const OptionCheck& check);

/// A [[trial]]: each key of the space, once, and no other.
/// @throws UsageError that names file, line, column and key; what `check` throws
Point read_trial(const SpecNode& node, const std::filesystem::path& path, const std::string& model, const SearchSpace& space,
                 const OptionCheck& check);

}  // namespace agsweep
