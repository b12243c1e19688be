#pragma once

#include <string>
#include <vector>

#include "orchestrator/options/option_table.hpp"

namespace agsweep {

/// A command's arguments, taken apart and checked one by one.
struct CommandLine {
  AskedOptions asked;
  std::vector<std::string> positional;
};

/// Takes `arguments` (after the command's name) apart: --name value, --name=value, flags, and positional ones.
///
/// @param positional  what the positional arguments are called; each must be there, and a last one named "DIR.." may be there several times
/// @throws UsageError for an unknown option (with the nearest known one), one given twice, a missing or bad value, a missing required one
CommandLine parse_command_line(const std::vector<Option>& options, const std::vector<std::string>& arguments,
                               const std::vector<std::string>& positional = {});

/// The same for a command whose options are one table, without positional arguments.
template <typename Args>
Args parsed(const OptionTable<Args>& table, const std::vector<std::string>& arguments) {
  Args args;
  fill(table, parse_command_line(options_of(table), arguments).asked, args);
  return args;
}

}  // namespace agsweep
