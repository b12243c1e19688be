#pragma once

#include <string>
#include <vector>

namespace agsweep {

/// A word of a POSIX shell's command line, in single quotes where it needs them.
std::string shell_word(const std::string& text);

/// A command line that a POSIX shell parts into these words again.
std::string shell_command(const std::vector<std::string>& words);

}  // namespace agsweep
