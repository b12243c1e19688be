#include <cstdio>

#include <fmt/format.h>

#include "orchestrator/commands/command.hpp"
#include "orchestrator/manual/help_page.hpp"
#include "orchestrator/options/command_line.hpp"

namespace agsweep {

namespace {

ExitCode run(const Invocation& call) {
  parse_command_line({}, call.arguments);
  fmt::print("{}", options_page(commands()));
  return ExitCode::done;
}

}  // namespace

Command options_command() {
  return {.name = "options", .usage = "", .summary = "every command's options in Markdown", .options = {}, .run = run};
}

}  // namespace agsweep
