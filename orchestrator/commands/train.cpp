#include "base/error.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/common_options.hpp"
#include "orchestrator/options/train_options.hpp"
#include "orchestrator/training/run_training.hpp"

namespace agsweep {

namespace {

OptionTable<TrainArgs> table() {
  return {
      {&TrainArgs::data, data_option(Need::at_times)},
      {&TrainArgs::out, {.name = "out", .placeholder = "RUN", .required = true, .help = "the run's folder"}},
      {&TrainArgs::config, {.name = "config", .placeholder = "FILE", .help = "options from a run's config.toml; the command line wins"}},
      {&TrainArgs::resume, {.name = "resume", .flag = true, .help = "go on with the run in --out, or start it where there is none"}},
      {&TrainArgs::repair, repair_option()},
      {&TrainArgs::progress, progress_option()},
      {&TrainArgs::json, json_option("print result.json instead of tables")},
  };
}

ExitCode run(const Invocation& call) {
  const CommandLine line = parse_command_line(options_of(table(), train_options()), call.arguments);
  TrainArgs args;
  fill(table(), line.asked, args);
  if (args.repair && !args.resume) throw UsageError("--repair: goes with --resume");
  return run_training(*call.session, call.command_line, args, asked_in(train_options(), line.asked));
}

}  // namespace

Command train_command() {
  return {.name = "train",
          .usage = "--data data.h5 --out RUN [options]",
          .summary = "one data-parallel training over all ranks",
          .options = options_of(table(), train_options()),
          .run = run,
          .on_all_ranks = true};
}

}  // namespace agsweep
