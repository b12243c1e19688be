#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace agsweep {

// What the system tells a program of where and when it runs.

/// This machine's name; "unknown" where it has none.
std::string host_name();

/// A whole number that the environment has under this name, as a launcher leaves it; 0 without one.
std::int64_t environment_number(const char* name);

/// What the system says of an errno, with the limit where that was met: "Too many open files (ulimit -n: 1024)".
std::string error_text(int error);

/// A line to standard error for a person. Where nobody can read it, it is lost, and the work goes on.
void say(std::string_view line);

/// The time of day in ISO 8601: "2026-01-31T12:00:00Z", or to the millisecond "2026-01-31T12:00:00.123Z".
std::string utc_now();
std::string utc_now_ms();
/// The same so many seconds later.
std::string utc_after(double seconds);

/// The steady clock: seconds from any start, never falling.
double steady_seconds();

/// A time in seconds for a person: "0:07", "12:34", "1:02:03".
std::string duration_text(double seconds);

}  // namespace agsweep
