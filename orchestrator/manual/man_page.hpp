#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/manual/command.hpp"

namespace agsweep {

/// agsweep(1) in man's macros. Options that several commands have under one heading stand where the first of them has them.
std::string man_page(const std::vector<Command>& commands, std::string_view version);

}  // namespace agsweep
