#include <cstdio>

#include <fmt/format.h>

#include "base/shell.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/common_options.hpp"
#include "orchestrator/replay/replay_run.hpp"

namespace agsweep {

namespace {

OptionTable<ReplayArgs> table() {
  using A = ReplayArgs;
  return {
      {&A::data, {.name = "data", .placeholder = "FILE", .help = "data.h5; not given, where it was in training"}},
      {&A::weights, weights_option()},
      {&A::init,
       {.name = "init",
        .placeholder = "FILE",
        .help = "the weights, or the adapter's folder, that training started from; not given, where they were in training"}},
      {&A::out, {.name = "out", .placeholder = "DIR", .help = "keep the repeated run in this folder; not given, it is removed"}},
      {&A::json, json_option()},
  };
}

ExitCode run(const Invocation& call) {
  const CommandLine line = parse_command_line(options_of(table()), call.arguments, {"RUN"});
  ReplayArgs args;
  fill(table(), line.asked, args);
  const Replay replay = replay_run(line.positional[0], args, shell_command(call.command_line));
  if (args.json) {
    fmt::print("{}\n", to_json(replay).dump(2));
  } else {
    fmt::print("{}", replay_text(replay));
  }
  return replay.bits.identical() || !replay.other_bits.empty() ? ExitCode::done : ExitCode::run_time_failure;
}

}  // namespace

Command replay_command() {
  return {.name = "replay",
          .usage = "RUN [options]",
          .summary = "trains a recorded run again in one process on one device, and compares every step and epoch bit for bit",
          .options = options_of(table()),
          .run = run};
}

}  // namespace agsweep
