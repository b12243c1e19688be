#pragma once

#include <string_view>
#include <vector>

#include "orchestrator/options/option.hpp"

namespace agsweep {

/// The option that somebody meant by a name which none has: by what other programs call it ("learning_rate"), or the nearest name.
/// @param name  with dashes or underscores
/// @returns nullptr where nothing is near
const Option* meant_option(std::string_view name, const std::vector<Option>& options);

}  // namespace agsweep
