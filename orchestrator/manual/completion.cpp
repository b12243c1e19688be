#include "orchestrator/manual/completion.hpp"

#include <algorithm>  // std::min
#include <cctype>     // std::islower

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

namespace agsweep {

namespace {

using Words = std::vector<std::string_view>;

enum class Takes { nothing, words, path, other };

/// The values that can be listed.
Words value_words(const Option& option) {
  if (option.kind == ValueKind::on_off) return {enum_words<bool>.begin(), enum_words<bool>.end()};
  Words words = option.words;
  if (!option.automatic.empty()) words.insert(words.begin(), "auto");
  return words;
}

Takes taken_by(const Option& option) {
  if (option.flag) return Takes::nothing;
  if (option.kind == ValueKind::path) return Takes::path;
  return value_words(option).empty() ? Takes::other : Takes::words;
}

/// The words of which one stands after a command's name, as its usage says; none: a path.
Words operands_of(const Command& command, const std::vector<Command>& commands) {
  Words words;
  if (command.usage == "[COMMAND]") {
    for (const Command& one : commands) words.push_back(one.name);
    return words;
  }
  std::string_view first = command.usage.substr(0, command.usage.find(' '));
  if (first.empty() || std::islower(static_cast<unsigned char>(first.front())) == 0) return {};
  while (true) {
    const std::size_t bar = std::min(first.find('|'), first.size());
    words.push_back(first.substr(0, bar));
    if (bar == first.size()) return words;
    first.remove_prefix(bar + 1);
  }
}

std::string with_backslashes(std::string_view text, std::string_view characters) {
  std::string escaped;
  for (const char c : text) {
    if (characters.find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

/// A text as it stands between single quotes in bash and zsh.
std::string within_quotes(std::string_view text) {
  std::string escaped;
  for (const char c : text) escaped += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return escaped;
}

std::string bash_script(const std::vector<Command>& commands) {
  std::string names, options, values, paths, others, operands;
  for (const Command& command : commands) {
    names += fmt::format("{}{}", names.empty() ? "" : " ", command.name);
    options += fmt::format("      {}) words='--help", command.name);
    for (const Option& option : command.options) {
      options += fmt::format(" --{}", option.name);
      const std::string pattern = fmt::format("{}:--{}", command.name, option.name);
      const auto add = [&](std::string& patterns) { patterns += fmt::format("{}{}", patterns.empty() ? "" : " | ", pattern); };
      const Takes takes = taken_by(option);
      if (takes == Takes::path) add(paths);
      if (takes == Takes::other) add(others);
      if (takes == Takes::words) values += fmt::format("    {}) words='{}' ;;\n", pattern, fmt::join(value_words(option), " "));
    }
    options += "' ;;\n";
    if (const Words words = operands_of(command, commands); !words.empty()) {
      operands += fmt::format("      {}) words='{}' ;;\n", command.name, fmt::join(words, " "));
    }
  }
  return fmt::format(R"bash(# bash completes agsweep by this; written by `agsweep completion bash`.
_agsweep() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} command=${{COMP_WORDS[1]}} words='' i
  COMPREPLY=()
  # bash takes --name=value for three words.
  if [ "$current" = = ]; then
    current=''
  elif [ "$before" = = ]; then
    before=${{COMP_WORDS[COMP_CWORD - 2]}}
  fi
  for ((i = 2; i < COMP_CWORD - 1; i++)); do  # submit's own command
    if [ "$command" = submit ] && [ "${{COMP_WORDS[i]}}" = -- ]; then command=${{COMP_WORDS[i + 1]}}; fi
  done
  case $command:$before in
    submit:--) words='sweep train' ;;
{values}    {paths}) return ;;  # as bash completes paths
    {others}) compopt +o bashdefault +o default 2>/dev/null; return ;;
  esac
  if [ "$COMP_CWORD" = 1 ]; then
    words='{names}'
  elif [ -z "$words" ] && [ "${{current:0:1}}" = - ]; then
    case $command in
{options}    esac
  elif [ -z "$words" ]; then
    case $command in
{operands}    esac
    for ((i = 2; i < COMP_CWORD; i++)); do  # an operand stands there once
      [[ ${{COMP_WORDS[i - 1]}} = -* || " $words " != *" ${{COMP_WORDS[i]}} "* ]] || words=''
    done
  fi
  # shellcheck disable=SC2207  # no word has a space
  [ -z "$words" ] || COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o bashdefault -o default -F _agsweep agsweep
)bash",
                     fmt::arg("names", names), fmt::arg("values", values), fmt::arg("paths", paths), fmt::arg("others", others),
                     fmt::arg("options", options), fmt::arg("operands", operands));
}

/// "'--lr=[peak learning rate]:X: '", as _arguments takes it.
std::string zsh_option(const Option& option) {
  const std::string help = within_quotes(with_backslashes(option.help, "[]\\:"));
  const std::string repeats = option.repeats ? "*" : "";
  const std::string value = with_backslashes(option.placeholder, ":");
  switch (taken_by(option)) {
    case Takes::nothing:
      return fmt::format("'--{}[{}]'", option.name, help);
    case Takes::words:
      return fmt::format("'--{}=[{}]:{}:({})'", option.name, help, value, fmt::join(value_words(option), " "));
    case Takes::path:
      return fmt::format("'{}--{}=[{}]:{}:_files'", repeats, option.name, help, value);
    case Takes::other:
      break;
  }
  return fmt::format("'{}--{}=[{}]:{}: '", repeats, option.name, help, value);
}

std::string zsh_script(const std::vector<Command>& commands) {
  std::string names, cases;
  for (const Command& command : commands) {
    names += fmt::format("    '{}:{}'\n", command.name, within_quotes(with_backslashes(command.summary, ":")));
    cases += fmt::format("    {})\n      _arguments '--help[what it does, and its options]'", command.name);
    for (const Option& option : command.options) cases += fmt::format(" \\\n        {}", zsh_option(option));
    const Words operands = operands_of(command, commands);
    cases += operands.empty() ? " \\\n        '*:path:_files'\n      ;;\n"
                              : fmt::format(" \\\n        '1:word:({})'\n      ;;\n", fmt::join(operands, " "));
  }
  return fmt::format(R"zsh(#compdef agsweep
# zsh completes agsweep by this; written by `agsweep completion zsh`.
_agsweep() {{
  local -a commands
  commands=(
{names}  )
  # submit's own command
  local -i dashes=${{words[(i)--]}}
  if [[ $words[2] == submit ]] && (( dashes < CURRENT )); then
    shift $(( dashes - 1 )) words
    (( CURRENT -= dashes - 1 ))
    if (( CURRENT == 2 )); then
      compadd sweep train
      return
    fi
  fi
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
{cases}  esac
}}
if [ "$funcstack[1]" = _agsweep ]; then
  _agsweep "$@"  # zsh has loaded the file as the function
else
  compdef _agsweep agsweep
fi
)zsh",
                     fmt::arg("names", names), fmt::arg("cases", cases));
}

std::string fish_text(std::string_view text) { return fmt::format("'{}'", with_backslashes(text, "'\\")); }

std::string fish_script(const std::vector<Command>& commands) {
  std::string script = R"fish(# fish completes agsweep by this; written by `agsweep completion fish`.
function __agsweep_runs -a command -d 'whether the line is of this command'
  set -l words (commandline -opc)
  test "$words[2]" = $command
end
complete -c agsweep -f
)fish";
  for (const Command& command : commands) {
    script += fmt::format("complete -c agsweep -n __fish_use_subcommand -a {} -d {}\n", command.name, fish_text(command.summary));
  }
  for (const Command& command : commands) {
    const std::string of_command = fmt::format("complete -c agsweep -n '__agsweep_runs {}'", command.name);
    script += of_command + " -l help -d 'what it does, and its options'\n";
    for (const Option& option : command.options) {
      script += fmt::format("{} -l {} -d {}", of_command, option.name, fish_text(option.help));
      const Takes takes = taken_by(option);
      if (takes == Takes::words) script += fmt::format(" -x -a '{}'", fmt::join(value_words(option), " "));
      if (takes == Takes::path) script += " -r -F";
      if (takes == Takes::other) script += " -x";
      script += '\n';
    }
    const std::string operands = fmt::format("{}", fmt::join(operands_of(command, commands), " "));
    script += operands.empty()
                  ? of_command + " -F\n"
                  : fmt::format("complete -c agsweep -n '__agsweep_runs {0}; and not __fish_seen_subcommand_from {1}' -a '{1}'\n",
                                command.name, operands);
  }
  return script + "complete -c agsweep -n '__agsweep_runs submit' -a 'sweep train'\n";
}

}  // namespace

std::string completion_script(Shell shell, const std::vector<Command>& commands) {
  switch (shell) {
    case Shell::zsh:
      return zsh_script(commands);
    case Shell::fish:
      return fish_script(commands);
    case Shell::bash:
      break;
  }
  return bash_script(commands);
}

}  // namespace agsweep
