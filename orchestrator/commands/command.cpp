#include "orchestrator/commands/command.hpp"

#include <fmt/format.h>

#include "orchestrator/options/help.hpp"

namespace agsweep {

std::vector<Command> commands() {
  return {
      prepare_command(),     train_command(),     sweep_command(),   submit_command(),  status_command(),  stop_command(),
      enqueue_command(),     aggregate_command(), report_command(),  confirm_command(), compare_command(), reproduce_command(),
      evaluate_command(),    predict_command(),   embed_command(),   replay_command(),  export_command(),  fetch_command(),
      random_gpt2_command(), doctor_command(),    version_command(), options_command(),
  };
}

std::string help_text(const Command& command, std::size_t width) {
  return fmt::format("agsweep {} {}\n\n{}\n{}", command.name, command.usage, wrapped(command.summary, width, 0),
                     command.options.empty() ? "" : options_help(command.options, width));
}

std::string overview(const std::vector<Command>& commands) {
  std::string text =
      "agsweep trains text classifiers on many ranks.\n\n  agsweep COMMAND [options]\n  mpirun -n N agsweep train [options]\n\n";
  for (const Command& command : commands) text += fmt::format("  {:<12} {}\n", command.name, command.summary);
  return text +
         "\n`agsweep COMMAND --help` shows a command's options.\n"
         "Exit codes: 0 done, 1 failure, 2 usage, 3 some trials failed, 4 damaged or unfit data, 85 checkpointed after a signal: run "
         "again.\n";
}

std::string options_page(const std::vector<Command>& commands) {
  std::string text =
      "# Commands and options\n\n"
      "Written by `agsweep options > docs/options.md`; a test compares it with the program.\n"
      "The options of `train` are also keys of config.toml, with underscores for dashes.\n"
      "Ranges are written as in mathematics: [ and ] belong to the range, ( and ) do not.\n";
  for (const Command& command : commands) {
    text += fmt::format("\n## {}\n\n`agsweep {} {}`\n\n{}\n", command.name, command.name, command.usage, command.summary);
    if (!command.options.empty()) text += options_markdown(command.options);
  }
  return text;
}

}  // namespace agsweep
