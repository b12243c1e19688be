#include <cstdio>

#include <fmt/format.h>

#include "orchestrator/commands/command.hpp"
#include "orchestrator/manual/man_page.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/world/versions.hpp"

namespace agsweep {

namespace {

ExitCode run(const Invocation& call) {
  parse_command_line({}, call.arguments);
  fmt::print("{}", man_page(commands(), versions().at("agsweep").get<std::string>()));
  return ExitCode::done;
}

}  // namespace

Command man_command() {
  return {.name = "man",
          .usage = "",
          .summary = "the manual's page, installed as agsweep(1); agsweep man | man -l -",
          .options = {},
          .run = run};
}

}  // namespace agsweep
