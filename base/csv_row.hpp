#pragma once

#include <span>
#include <string>

namespace agsweep {

/// A line of a CSV file with its newline; cells that need it are quoted (RFC 4180).
std::string csv_row(std::span<const std::string> cells);

}  // namespace agsweep
