#include "orchestrator/commands/command.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/common_options.hpp"
#include "orchestrator/options/duration.hpp"
#include "orchestrator/options/train_options.hpp"
#include "orchestrator/sweep/run_sweep.hpp"

namespace agsweep {

namespace {

OptionTable<SweepArgs> table() {
  using A = SweepArgs;
  return {
      {&A::spec,
       {.name = "spec", .placeholder = "FILE", .help = "sweep.toml: search space, sampler, scheduler; with --resume it may be left out"}},
      {&A::data, data_option()},
      {&A::out, {.name = "out", .placeholder = "SWEEP", .required = true, .help = "folder of the journal and of each trial's run"}},
      {&A::part,
       {.name = "part",
        .placeholder = "K/N",
        .help = "only the configurations i with i mod N = K, so that N folders do a sweep together; `agsweep submit --array` uses it"}},
      {&A::ranks_per_trial, {.name = "ranks-per-trial", .range = between(1, 65536), .help = "ranks that train a trial together"}},
      {&A::trials_per_rank,
       {.name = "trials-per-rank", .range = between(1, 1024), .help = "trials at once in each rank, each on its own thread"}},
      {&A::resume,
       {.name = "resume", .flag = true, .help = "go on with the sweep in --out; its spec may have more trials, seeds or retries"}},
      {&A::repair, repair_option()},
      {&A::progress, progress_option()},
      {&A::deterministic,
       {.name = "deterministic", .flag = true, .help = "decide in logical time: the same sweep whatever the speed of its groups"}},
      {&A::workers,
       {.name = "workers",
        .range = between(0, 65536),
        .help = "logical workers of --deterministic; 0: as many as trials train at once when the sweep begins"}},
      {&A::retry_failed, retry_failed_option()},
      {&A::time_budget,
       {.name = "time-budget",
        .placeholder = "DURATION",
        .check =
            [](std::string_view text, std::string_view origin) {
              if (text != "none") parse_duration(text, origin);
            },
        .help = "after so long (8h, 90m, 1h30m) every trial writes a checkpoint and the sweep exits with 85; none: no limit, whatever "
                "hours the spec has"}},
      {&A::dry_run, {.name = "dry-run", .flag = true, .help = "print the configurations and what the sweep will cost; trains nothing"}},
  };
}

ExitCode run(const Invocation& call) {
  const CommandLine line = parse_command_line(options_of(table(), train_options()), call.arguments);
  SweepArgs args;
  fill(table(), line.asked, args);
  if (args.retry_failed && !args.resume) throw UsageError("--retry-failed: goes with --resume");
  if (args.repair && !args.resume) throw UsageError("--repair: goes with --resume");
  if (args.workers > 0 && !args.deterministic) throw UsageError("--workers: goes with --deterministic");
  return run_sweep(*call.session, call.command_line, args, asked_in(train_options(), line.asked));
}

}  // namespace

Command sweep_command() {
  return {.name = "sweep",
          .usage = "--spec FILE.toml --data data.h5 --out SWEEP [options]",
          .summary = "many trainings: draws configurations, schedules them over groups of ranks, survives crashes",
          .options = options_of(table(), train_options()),
          .run = run,
          .on_all_ranks = true};
}

}  // namespace agsweep
