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

/// A subcommand: what help and docs/options.md say of it, and what it does. One file each.
struct Command {
  std::string_view name;
  std::string_view usage;    // after the name: "RUN --data FILE [options]"
  std::string_view summary;  // one line
  std::vector<Option> options;
  ExitCode (*run)(const Invocation&) = nullptr;
  bool on_all_ranks = false;  // else rank 0 runs it, and the other ranks end at once
};

Command prepare_command();
Command train_command();
Command sweep_command();
Command stop_command();
Command enqueue_command();
Command submit_command();
Command status_command();
Command aggregate_command();
Command report_command();
Command confirm_command();
Command compare_command();
Command evaluate_command();
Command predict_command();
Command embed_command();
Command reproduce_command();
Command replay_command();
Command export_command();
Command fetch_command();
Command random_gpt2_command();
Command doctor_command();
Command version_command();
Command options_command();

/// All of them, in the order of help.
std::vector<Command> commands();

/// `agsweep COMMAND --help`. @param width  columns
std::string help_text(const Command& command, std::size_t width);

/// `agsweep --help`.
std::string overview(const std::vector<Command>& commands);

/// docs/options.md.
std::string options_page(const std::vector<Command>& commands);

}  // namespace agsweep
