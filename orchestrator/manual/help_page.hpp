#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/manual/command.hpp"

namespace agsweep {

inline constexpr std::string_view exit_codes =
    "Exit codes: 0 done, 1 failure, 2 usage, 3 some trials failed, 4 damaged or unfit data, 85 checkpointed after a signal: run again.";

/// `agsweep COMMAND --help`. @param width  columns
std::string help_page(const Command& command, std::size_t width);

/// `agsweep --help`. @param width  columns
std::string overview(const std::vector<Command>& commands, std::size_t width);

/// docs/options.md.
std::string options_page(const std::vector<Command>& commands);

}  // namespace agsweep
