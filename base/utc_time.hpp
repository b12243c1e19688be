#pragma once

#include <optional>
#include <string>

namespace agsweep {

/// Seconds since 1970 of a UTC time in ISO 8601, "2026-01-31T12:00:00Z", with or without a fraction of a second; nullopt where it is none.
std::optional<double> utc_seconds(const std::string& text);

/// The same as text, rounded to so many digits of a second: "2026-01-31T12:00:00.123Z" for 3. @param digits  0 to 6
std::string utc_text(double seconds, int digits = 0);

}  // namespace agsweep
