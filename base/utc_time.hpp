#pragma once

#include <string>

namespace agsweep {

/// The time of day in ISO 8601, to the second: "2026-01-31T12:00:00Z".
std::string utc_now();

}  // namespace agsweep
