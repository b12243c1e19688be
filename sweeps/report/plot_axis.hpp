#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sweeps/space/parameter.hpp"

namespace agsweep {

/// gnuplot's commands for an axis ('x' or 'y') on which a parameter's numbers lie as in a Point: logarithmic for log and log_int, an even
/// place for each of `values`, all of them named. It reaches from the least to the greatest of the bounds and the numbers, and a little
/// further.
std::string parameter_axis(char axis, const Parameter& parameter, std::span<const double> numbers);

/// The same for whole numbers from `low` (epochs, trials). @param high  above `low`
std::string whole_number_axis(char axis, std::int64_t low, std::int64_t high);

/// "set xlabel '..'"
std::string axis_label(char axis, std::string_view text);

/// A name for the axis: the key, and how it is drawn.
std::string parameter_label(const Parameter& parameter);

/// gnuplot's data block: a line a row, numbers exact. @param name  "$points"
std::string data_block(std::string_view name, std::span<const std::vector<double>> rows);

}  // namespace agsweep
