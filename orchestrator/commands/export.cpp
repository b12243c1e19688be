#include <cstdio>

#include "base/error.hpp"
#include "base/path_text.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/export/export_run.hpp"
#include "orchestrator/export/new_folder.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/common_options.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

struct ExportArgs {
  fs::path peft;
  fs::path merged;
  std::string base_name;
  fs::path weights;
  fs::path tokenizer;
};

OptionTable<ExportArgs> table() {
  using A = ExportArgs;
  return {
      {&A::peft, {.name = "peft", .placeholder = "DIR", .help = "write adapter and head to this folder, for Python's peft"}},
      {&A::merged,
       {.name = "merged",
        .placeholder = "DIR",
        .help = "write the whole model, adapter merged, to this folder, for Python's transformers"}},
      {&A::base_name,
       {.name = "base-name",
        .placeholder = "NAME",
        .help = "what --peft calls the base: a name on the Hugging Face Hub, or a folder; not given, gpt2 if the base is the published "
                "GPT-2, else its folder"}},
      {&A::weights, weights_option()},
      {&A::tokenizer, tokenizer_option()},
  };
}

ExitCode run(const Invocation& call) {
  const CommandLine line = parse_command_line(options_of(table()), call.arguments, {"RUN"});
  ExportArgs args;
  fill(table(), line.asked, args);
  const bool adapter = line.asked.contains("peft");
  if (adapter == line.asked.contains("merged")) throw UsageError("give one of --peft DIR and --merged DIR");
  if (!adapter && line.asked.contains("base-name")) throw UsageError("--base-name: goes with --peft; a merged model needs no base");

  const LoraRun exported = read_lora_run(line.positional[0], args.weights, args.tokenizer);
  if (adapter && exported.config.full) throw UsageError("--peft: the run trained all weights (--full), so it has no adapter; use --merged");
  const std::string base_name = args.base_name.empty() ? usual_base_name(exported) : args.base_name;
  if (adapter && path_text(base_name) != base_name) {
    throw UsageError("--base-name: the folder of the base has a name that is no UTF-8, which JSON cannot hold; give what Python calls it");
  }
  NewFolder folder(adapter ? args.peft : args.merged, adapter ? "--peft" : "--merged");
  if (adapter) {
    export_adapter(exported, folder.path(), base_name);
  } else {
    export_merged(exported, folder.path());
  }
  folder.keep();
  fmt::print("wrote {}; its README.md has the Python lines that load it\n", folder.path().string());
  return ExitCode::done;
}

}  // namespace

Command export_command() {
  return {.name = "export",
          .usage = "RUN (--peft DIR [--base-name NAME] or --merged DIR) [options]",
          .summary = "writes a gpt2-lora run's best weights for Python's peft or transformers",
          .options = options_of(table()),
          .run = run};
}

}  // namespace agsweep
