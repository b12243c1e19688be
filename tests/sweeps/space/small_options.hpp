#pragma once

#include <string>
#include <string_view>

#include "sweeps/space/read_spec.hpp"

namespace agsweep::testing_support {

/// An OptionCheck over a handful of options of two models, as the program's table of train options would answer.
ParameterValue small_options(std::string_view model, std::string_view key, const ParameterValue& value, std::string_view origin);

/// An OptionCheck that takes all.
inline ParameterValue any_value(std::string_view /*model*/, std::string_view /*key*/, const ParameterValue& value,
                                std::string_view /*origin*/) {
  return value;
}

/// Read as "sweep.toml" with small_options.
SweepSpec spec_of(std::string_view text);

/// What read_spec says of it; "no error" where it reads it.
std::string spec_error(std::string_view text);

}  // namespace agsweep::testing_support
