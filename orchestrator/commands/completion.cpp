#include <cstdio>

#include <fmt/format.h>

#include "orchestrator/commands/command.hpp"
#include "orchestrator/manual/completion.hpp"
#include "orchestrator/options/command_line.hpp"

namespace agsweep {

namespace {

ExitCode run(const Invocation& call) {
  const std::string shell = parse_command_line({}, call.arguments, {"SHELL"}).positional[0];
  const std::optional<Shell> known = from_word<Shell>(shell);
  if (!known) throw UsageError("{}: no completions for this shell; known: bash, zsh, fish", shell);
  fmt::print("{}", completion_script(*known, commands()));
  return ExitCode::done;
}

}  // namespace

Command completion_command() {
  return {.name = "completion",
          .usage = "bash|zsh|fish",
          .summary = "what lets a shell complete agsweep's commands and options: source <(agsweep completion bash)",
          .options = {},
          .run = run};
}

}  // namespace agsweep
