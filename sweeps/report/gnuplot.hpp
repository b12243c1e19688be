#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace agsweep {

/// Runs gnuplot, found on PATH, on a program, without a shell and without the user's start-up files.
/// @param program  its commands; the terminal writes to standard output
/// @param limit    the longest that it may take
/// @return what it wrote to standard output
/// @throws RunTimeError when gnuplot is missing, fails (with its message) or takes too long
std::string run_gnuplot(std::string_view program, std::chrono::milliseconds limit = std::chrono::minutes(1));

/// Text as gnuplot reads it: in single quotes, in which it expands nothing. Control characters become spaces, apostrophes U+2019.
std::string gnuplot_text(std::string_view text);

/// The same for what stands at a tick, where a % would begin a format.
std::string gnuplot_tick_text(std::string_view text);

}  // namespace agsweep
