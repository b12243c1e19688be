#include "orchestrator/commands/command.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/common_options.hpp"
#include "orchestrator/options/train_options.hpp"
#include "orchestrator/reproduce/run_reproduce.hpp"

namespace agsweep {

namespace {

OptionTable<ReproduceArgs> table() {
  using A = ReproduceArgs;
  return {
      {&A::data, data_option()},
      {&A::out,
       {.name = "out", .placeholder = "DIR", .required = true, .help = "folder of the trainings, report.html and reproduction.json"}},
      {&A::models, {.name = "models", .placeholder = "LIST", .help = "of scratch, gpt2-lora: what is trained"}},
      {&A::seeds, {.name = "seeds", .placeholder = "LIST", .help = "42,43 or 42..49: each model is trained once for each; at most 20"}},
      {&A::epochs_scale,
       {.name = "epochs-scale",
        .placeholder = "X",
        .range = above_up_to(0, 10),
        .help = "times the recipes' epochs and warm-ups; below 1 also the seconds of measuring inference"}},
      {&A::claims,
       {.name = "claims",
        .placeholder = "NAME",
        .help = "main: what the two models' trainings can tell; all: what takes more trainings too"}},
      {&A::price,
       {.name = "price",
        .placeholder = "P",
        .range = at_least(0),
        .help = "of a device for an hour, in any currency; 0: costs are not shown"}},
      {&A::resume, {.name = "resume", .flag = true, .help = "go on with what stands in --out; more seeds, models or claims are added"}},
      {&A::dry_run, {.name = "dry-run", .flag = true, .help = "print what it will cost; trains nothing"}},
      {&A::json, json_option("print reproduction.json instead of tables")},
  };
}

OptionTable<TrainConfig> passed() { return passing_options({"weights", "device", "precision", "shards"}); }

ExitCode run(const Invocation& call) {
  const CommandLine line = parse_command_line(options_of(table(), passed()), call.arguments);
  ReproduceArgs args;
  fill(table(), line.asked, args);
  return run_reproduce(*call.session, call.command_line, args, asked_in(passed(), line.asked));
}

}  // namespace

Command reproduce_command() {
  return {.name = "reproduce",
          .usage = "--data data.h5 --out DIR [--weights GPT2DIR] [options]",
          .summary = "the published experiment again, measured beside published, and which of its claims hold (docs/claims.md)",
          .options = options_of(table(), passed()),
          .run = run,
          .on_all_ranks = true};
}

}  // namespace agsweep
