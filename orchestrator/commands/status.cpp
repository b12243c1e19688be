#include <cstdio>

#include <fmt/format.h>

#include "orchestrator/commands/command.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/common_options.hpp"
#include "sweeps/aggregate/sweep_status.hpp"

namespace agsweep {

namespace {

struct StatusArgs {
  bool json = false;
};

OptionTable<StatusArgs> table() { return {{&StatusArgs::json, json_option()}}; }

ExitCode run(const Invocation& call) {
  const CommandLine line = parse_command_line(options_of(table()), call.arguments, {"SWEEP"});
  StatusArgs args;
  fill(table(), line.asked, args);

  const SweepResults sweep = read_sweep_journal(line.positional[0]);
  const SweepStatus status = status_of(sweep);
  if (args.json) {
    fmt::print("{}\n", status_json(sweep, status).dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  } else {
    fmt::print("{}", status_text(sweep, status));
  }
  return ExitCode::done;
}

}  // namespace

Command status_command() {
  return {.name = "status",
          .usage = "SWEEP [--json]",
          .summary = "how far a sweep is: trials by state, the best so far, who works on it",
          .options = options_of(table()),
          .run = run};
}

}  // namespace agsweep
