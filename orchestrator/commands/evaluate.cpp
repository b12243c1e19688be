#include "orchestrator/commands/command.hpp"
#include "orchestrator/evaluation/run_evaluate.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/common_options.hpp"

namespace agsweep {

namespace {

OptionTable<EvaluateArgs> table() {
  using A = EvaluateArgs;
  return {
      {&A::data, data_option()},
      {&A::split, {.name = "split", .placeholder = "NAME", .words = {"train", "val", "test"}, .help = "which rows"}},
      {&A::out, {.name = "out", .placeholder = "FILE", .help = "write row, label, predicted class and logits of each row as CSV"}},
      {&A::figures, {.name = "figures", .placeholder = "DIR", .help = "write the reliability diagram to this folder, as SVG, PDF and CSV"}},
      {&A::timeout, timeout_option()},
      {&A::weights, weights_option()},
      {&A::json, json_option()},
  };
}

ExitCode run(const Invocation& call) {
  const CommandLine line = parse_command_line(options_of(table()), call.arguments, {"RUN"});
  EvaluateArgs args;
  fill(table(), line.asked, args);
  return run_evaluate(*call.session, line.positional[0], args);
}

}  // namespace

Command evaluate_command() {
  return {.name = "evaluate",
          .usage = "(RUN or ADAPTER) --data data.h5 [options]",
          .summary = "metrics of a run's best weights, or of an adapter from Python's peft, on a split",
          .options = options_of(table()),
          .run = run,
          .on_all_ranks = true};
}

}  // namespace agsweep
