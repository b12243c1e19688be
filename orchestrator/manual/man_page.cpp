#include "orchestrator/manual/man_page.hpp"

#include <map>

#include <fmt/format.h>

#include "orchestrator/manual/help_page.hpp"  // exit_codes
#include "orchestrator/options/help.hpp"      // option_text

namespace agsweep {

namespace {

/// A text as roff prints it: its own characters escaped, and dashes that a person can copy.
std::string roff(std::string_view text) {
  static const std::map<char, std::string_view> special = {{'\\', "\\e"},   {'-', "\\-"},   {'`', "\\(ga"},
                                                           {'\'', "\\(aq"}, {'^', "\\(ha"}, {'~', "\\(ti"}};
  std::string escaped;
  if (text.starts_with('.')) escaped = "\\&";
  for (const char c : text) {
    const auto found = special.find(c);
    escaped += found == special.end() ? std::string(1, c) : std::string(found->second);
  }
  return escaped;
}

std::string option_entry(const Option& option) {
  const std::string value = option.flag ? "" : fmt::format(" \\fI{}\\fR", roff(option.placeholder));
  return fmt::format(".TP\n\\fB{}\\fR{}\n{}\n", roff(fmt::format("--{}", option.name)), value, roff(option_text(option)));
}

}  // namespace

std::string man_page(const std::vector<Command>& commands, std::string_view version) {
  std::string text = fmt::format(
      ".\\\" Written by `agsweep man`.\n"
      ".TH AGSWEEP 1 \"\" \"agsweep {}\" \"User Commands\"\n"
      ".SH NAME\nagsweep \\- trains text classifiers on many ranks\n"
      ".SH SYNOPSIS\n.B agsweep\n.I COMMAND\n[options]\n.PP\n.B mpirun \\-n\n.I N\n.B agsweep train\n[options]\n"
      ".SH COMMANDS\n",
      roff(version));
  std::map<std::string_view, std::string_view> described;  // a group, and the command that has it
  for (const Command& command : commands) {
    text += fmt::format(".SS {0}\n\\fBagsweep {0}\\fR {1}\n.PP\n{2}\n", roff(command.name), roff(command.usage), roff(command.summary));
    std::string_view group;
    std::string others;
    std::string_view whose;
    for (const Option& option : command.options) {
      const auto first = option.group.empty() ? described.end() : described.try_emplace(option.group, command.name).first;
      if (first != described.end() && first->second != command.name) {
        whose = first->second;
        others += fmt::format("{}{}", others.empty() ? "" : ", ", roff(fmt::format("--{}", option.name)));
        continue;
      }
      if (option.group != group) text += fmt::format(".PP\n{}:\n", roff(option.group));
      group = option.group;
      text += option_entry(option);
    }
    if (!others.empty()) text += fmt::format(".PP\nAnd as under \\fB{}\\fR: {}.\n", roff(whose), others);
  }
  return text + fmt::format(".SH EXIT STATUS\n{}\n.SH SEE ALSO\n.BR mpirun (1),\n.BR sbatch (1)\n", roff(exit_codes));
}

}  // namespace agsweep
