#pragma once

#include <string_view>
#include <vector>

namespace agsweep {

/// A list of CSV columns, counted from 1: "1,2,3".
/// @param origin  the option, for errors  @param least  how many there must be
/// @throws UsageError
std::vector<int> parse_columns(std::string_view text, std::string_view origin, std::size_t least);

}  // namespace agsweep
