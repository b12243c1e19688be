#include "orchestrator/manual/help_page.hpp"

#include <fmt/format.h>

#include "orchestrator/options/help.hpp"

namespace agsweep {

std::string help_page(const Command& command, std::size_t width) {
  return fmt::format("{}\n\n{}\n{}", wrapped(fmt::format("agsweep {} {}", command.name, command.usage), width, 2),
                     wrapped(command.summary, width, 0), command.options.empty() ? "" : options_help(command.options, width));
}

std::string overview(const std::vector<Command>& commands, std::size_t width) {
  constexpr std::size_t indent = 15;
  std::string text = wrapped("agsweep trains text classifiers on many ranks.", width, 0) +
                     "\n\n  agsweep COMMAND [options]\n  mpirun -n N agsweep train [options]\n\n";
  for (const Command& command : commands) {
    text += fmt::format("  {:<{}}{}\n", command.name, indent - 2, wrapped(command.summary, width - indent, indent));
  }
  return text +
         fmt::format("\n{}\n{}\n", wrapped("`agsweep help COMMAND` shows a command's options.", width, 0), wrapped(exit_codes, width, 0));
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
