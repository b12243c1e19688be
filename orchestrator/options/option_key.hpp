#pragma once

#include <string_view>

#include "orchestrator/options/option.hpp"

namespace agsweep {

/// The train option of a key in config.toml or a sweep's spec. @param origin  stands before the error: "config.toml:3:6: lr"
/// @throws UsageError that names the nearest key
const Option& option_of_key(std::string_view key, std::string_view origin);

}  // namespace agsweep
