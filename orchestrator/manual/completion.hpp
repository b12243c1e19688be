#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/enum_words.hpp"
#include "orchestrator/manual/command.hpp"

namespace agsweep {

enum class Shell { bash, zsh, fish };
template <>
inline constexpr auto enum_words<Shell> = std::to_array<std::string_view>({"bash", "zsh", "fish"});

/// The script by which a shell completes commands, their options, and the words or paths that an option takes.
std::string completion_script(Shell shell, const std::vector<Command>& commands);

}  // namespace agsweep
