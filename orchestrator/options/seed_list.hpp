#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace agsweep {

/// A list of seeds: "101,102,103" or "101..110".
/// @param origin  the option, for errors
/// @throws UsageError for what is no such list, a seed that is there twice, or more than the sign-flip test takes
std::vector<std::int64_t> parse_seeds(std::string_view text, std::string_view origin);

}  // namespace agsweep
