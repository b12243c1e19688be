#pragma once

#include <string_view>

namespace agsweep {

/// Seconds of a duration as a person writes it: "8h", "1h30m", "90m", "1.5d", "45s"; each unit once, the longest first.
/// @param origin  stands before the error
/// @throws UsageError for any other text, and for none or more than a million hours
double parse_duration(std::string_view text, std::string_view origin);

}  // namespace agsweep
