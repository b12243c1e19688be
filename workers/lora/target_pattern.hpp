#pragma once

#include <string>
#include <vector>

namespace agsweep {

/// Those of the modules whose whole name the pattern matches: peft's target_modules as a regular expression. PCRE2 reads it, which takes
/// Python's expressions but for rare spellings.
/// @throws DataError for an expression that PCRE2 does not take, or that needs too many steps
std::vector<std::string> matching_modules(const std::string& pattern, const std::vector<std::string>& modules);

}  // namespace agsweep
