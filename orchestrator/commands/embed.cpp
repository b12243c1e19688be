#include "orchestrator/commands/command.hpp"
#include "orchestrator/embedding/run_embed.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/common_options.hpp"

namespace agsweep {

namespace {

OptionTable<EmbedArgs> table() {
  using A = EmbedArgs;
  return {
      {&A::data, data_option()},
      {&A::split, {.name = "split", .placeholder = "NAME", .words = {"train", "val", "test"}, .help = "which rows"}},
      {&A::out, {.name = "out", .placeholder = "FILE", .required = true, .help = "numpy's .npy: an array [rows, width] of fp32"}},
      {&A::projector,
       {.name = "projector", .placeholder = "DIR", .help = "write a folder for TensorBoard's projector too: tensorboard --logdir DIR"}},
      {&A::timeout, timeout_option()},
      {&A::weights, weights_option()},
  };
}

ExitCode run(const Invocation& call) {
  const CommandLine line = parse_command_line(options_of(table()), call.arguments, {"RUN"});
  EmbedArgs args;
  fill(table(), line.asked, args);
  return run_embed(*call.session, line.positional[0], args);
}

}  // namespace

Command embed_command() {
  return {.name = "embed",
          .usage = "(RUN or ADAPTER) --data data.h5 --out FILE.npy [options]",
          .summary = "what a model makes of each row before it chooses a class: the last token's last hidden state",
          .options = options_of(table()),
          .run = run,
          .on_all_ranks = true};
}

}  // namespace agsweep
