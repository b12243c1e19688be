#include <unistd.h>

#include <cstdio>

#include <fmt/format.h>

#include "orchestrator/commands/command.hpp"
#include "orchestrator/manual/help_page.hpp"
#include "orchestrator/terminal/terminal_width.hpp"

namespace agsweep {

namespace {

ExitCode run(const Invocation& call) {
  const std::vector<Command> all = commands();
  const std::size_t width = terminal_width(STDOUT_FILENO);
  if (call.arguments.size() > 1) throw UsageError("{}: unexpected argument", call.arguments[1]);
  fmt::print("{}", call.arguments.empty() ? overview(all, width) : help_page(command_named(all, call.arguments[0]), width));
  return ExitCode::done;
}

}  // namespace

Command help_command() {
  return {.name = "help", .usage = "[COMMAND]", .summary = "the commands, or what one does and its options", .options = {}, .run = run};
}

}  // namespace agsweep
