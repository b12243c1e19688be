#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"  // ExitCode
#include "orchestrator/options/option.hpp"
#include "workers/comm/session.hpp"

namespace agsweep {

/// A command as somebody started it.
struct Invocation {
  std::vector<std::string> command_line;  // agsweep and all that follows
  std::vector<std::string> arguments;     // after the command's name
  Session* session = nullptr;             // of a command that runs on all ranks
};

/// A subcommand: what help, man page, completions and docs/options.md say of it, and what it does.
struct Command {
  std::string_view name;
  std::string_view usage;    // after the name: "RUN --data FILE [options]"; what stands in capitals is a path, or else a word: "bash|zsh"
  std::string_view summary;  // one line
  std::vector<Option> options;
  ExitCode (*run)(const Invocation&) = nullptr;
  bool on_all_ranks = false;  // else rank 0 runs it, and the other ranks end at once
};

/// @throws UsageError, with the nearest name, where there is none
const Command& command_named(const std::vector<Command>& commands, std::string_view name);

}  // namespace agsweep
