#include <cstdio>

#include <fmt/format.h>

#include "orchestrator/commands/command.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/common_options.hpp"
#include "orchestrator/world/versions.hpp"

namespace agsweep {

namespace {

struct VersionArgs {
  bool json = false;
};

OptionTable<VersionArgs> table() { return {{&VersionArgs::json, json_option()}}; }

ExitCode run(const Invocation& call) {
  const auto args = parsed(table(), call.arguments);
  const nlohmann::json all = versions();
  if (args.json) {
    fmt::print("{}\n", all.dump(2));
    return ExitCode::done;
  }
  for (const auto& [name, version] : all.items()) fmt::print("{:<10}{}\n", name, version.get<std::string>());
  return ExitCode::done;
}

}  // namespace

Command version_command() {
  return {.name = "version",
          .usage = "[--json]",
          .summary = "versions of agsweep and of the libraries that it runs with",
          .options = options_of(table()),
          .run = run};
}

}  // namespace agsweep
