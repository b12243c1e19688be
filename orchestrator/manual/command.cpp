#include "orchestrator/manual/command.hpp"

#include <algorithm>  // std::find_if

namespace agsweep {

const Command& command_named(const std::vector<Command>& commands, std::string_view name) {
  const auto found = std::find_if(commands.begin(), commands.end(), [&](const Command& command) { return command.name == name; });
  if (found != commands.end()) return *found;
  std::vector<std::string_view> names;
  for (const Command& command : commands) names.push_back(command.name);
  throw UsageError("{}: unknown command{}; `agsweep --help` lists them", name, did_you_mean(name, names));
}

}  // namespace agsweep
