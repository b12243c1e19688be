#pragma once

#include <functional>
#include <string_view>

#include "sweeps/space/parameter.hpp"  // ParameterValue

namespace agsweep {

/// What sweeps/ asks of whoever knows the train options: whether `model` has option `key` (as in config.toml), and whether `value` is one
/// of its values. The value is returned as the option has it (1 as 1.0 for a number), and such a value is returned unchanged.
///
/// For key "model" the argument `model` is the value too.
/// @param origin  stands before the error: "sweep.toml:12:1: lr"
/// @throws UsageError for an unknown key, an option that the model does not have or a sweep may not set, a wrong type, or out of range
using OptionCheck =
    std::function<ParameterValue(std::string_view model, std::string_view key, const ParameterValue& value, std::string_view origin)>;

}  // namespace agsweep
