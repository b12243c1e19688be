#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/path_text.hpp"
#include "base/shell.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/sweep/starting_spec.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

struct InitArgs {
  ModelKind model = ModelKind::scratch;
};

OptionTable<InitArgs> table() { return {{&InitArgs::model, {.name = "model", .placeholder = "NAME", .help = "what the sweep trains"}}}; }

ExitCode run(const Invocation& call) {
  const CommandLine line = parse_command_line(options_of(table()), call.arguments, {"NAME"});
  InitArgs args;
  fill(table(), line.asked, args);
  fs::path file = line.positional[0];
  if (!file.has_filename() || file.filename() == "." || file.filename() == "..")
    throw UsageError("{}: no name for a sweep", line.positional[0]);
  if (file.extension() != ".toml") file += ".toml";
  std::error_code unreadable;  // writing tells why
  if (fs::exists(fs::symlink_status(file, unreadable))) throw UsageError("{}: is there already; choose another name", file.string());
  const std::string name = path_text(file.stem());
  write_file_atomically(file, starting_spec(name, args.model));
  fmt::print("wrote {}; what it will train and cost: {}\n", file.string(),
             shell_command({call.command_line[0], "sweep", "--spec", file.string(), "--data", "data.h5", "--out", name, "--dry-run"}));
  return ExitCode::done;
}

}  // namespace

Command init_command() {
  return {.name = "init",
          .usage = "NAME [--model NAME]",
          .summary = "writes NAME.toml: the spec of a sweep to start from, with what else each line may be beside it",
          .options = options_of(table()),
          .run = run};
}

}  // namespace agsweep
