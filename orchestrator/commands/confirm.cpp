#include "base/error.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/confirm/run_confirm.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/common_options.hpp"
#include "orchestrator/options/train_options.hpp"

namespace agsweep {

namespace {

OptionTable<ConfirmArgs> table() {
  using A = ConfirmArgs;
  return {
      {&A::data, data_option()},
      {&A::out, {.name = "out", .placeholder = "DIR", .required = true, .help = "folder of the new trainings and of confirm.json"}},
      {&A::top, {.name = "top", .range = between(1, 1000), .help = "how many of the best configurations are trained anew"}},
      {&A::seeds, {.name = "seeds", .placeholder = "LIST", .help = "seeds that the sweep did not use: 101,102 or 101..110; at most 20"}},
      {&A::resume, {.name = "resume", .flag = true, .help = "go on with what stands in --out"}},
      {&A::retry_failed, retry_failed_option()},
      {&A::dry_run, {.name = "dry-run", .flag = true, .help = "print the configurations and what they will cost; trains nothing"}},
      {&A::json, json_option("print confirm.json instead of tables")},
  };
}

OptionTable<TrainConfig> passed() { return passing_options({"weights", "device", "shards"}); }

ExitCode run(const Invocation& call) {
  const CommandLine line = parse_command_line(options_of(table(), passed()), call.arguments, {"SWEEP"});
  ConfirmArgs args;
  fill(table(), line.asked, args);
  if (args.retry_failed && !args.resume) throw UsageError("--retry-failed: goes with --resume");
  return run_confirm(*call.session, call.command_line, line.positional[0], args, asked_in(passed(), line.asked));
}

}  // namespace

Command confirm_command() {
  return {.name = "confirm",
          .usage = "SWEEP --data data.h5 --out DIR [options]",
          .summary = "trains a sweep's best configurations anew with other seeds, chooses one by validation, and tests that one",
          .options = options_of(table(), passed()),
          .run = run,
          .on_all_ranks = true};
}

}  // namespace agsweep
