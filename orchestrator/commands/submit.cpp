#include <algorithm>  // std::find, std::any_of
#include <cstdio>

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "base/system.hpp"  // say
#include "orchestrator/commands/command.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/slurm/submission.hpp"

namespace agsweep {

namespace {

/// A command that trains on many ranks and goes on where it was stopped.
bool can_be_submitted(const Command& command) {
  const auto has = [&](std::string_view name) {
    return std::any_of(command.options.begin(), command.options.end(), [&](const Option& option) { return option.name == name; });
  };
  return command.on_all_ranks && has("out") && has("resume");
}

SubmittedCommand submitted_command(const std::vector<std::string>& words) {
  if (words.empty()) throw UsageError("the command to submit follows --: agsweep submit --nodes 2 -- sweep --spec FILE ..");
  std::vector<std::string_view> names;
  for (const Command& command : commands()) {
    if (!can_be_submitted(command)) continue;
    if (command.name == words.front()) {
      return {.words = words, .asked = parse_command_line(command.options, {words.begin() + 1, words.end()}).asked};
    }
    names.push_back(command.name);
  }
  throw UsageError("{}: cannot be submitted; only {} can", words.front(), fmt::join(names, ", "));
}

ExitCode run(const Invocation& call) {
  const auto separator = std::find(call.arguments.begin(), call.arguments.end(), "--");
  const CommandLine line = parse_command_line(options_of(submit_options()), {call.arguments.begin(), separator});
  const SubmittedCommand command =
      submitted_command(separator == call.arguments.end() ? std::vector<std::string>() : std::vector(separator + 1, call.arguments.end()));
  const Message message = say;
  const BatchJob job = plan_submission(call.command_line, line.asked, command, message);
  if (line.asked.contains("dry-run")) {
    fmt::print("{}", batch_script(job));
    return ExitCode::done;
  }
  const std::string id = submit(job, message);
  message(fmt::format("submitted as {}; its output will be in {}", id, (job.folder / "slurm").string()));
  fmt::print("{}\n", id);
  return ExitCode::done;
}

}  // namespace

Command submit_command() {
  return {.name = "submit",
          .usage = "[options] -- sweep|train ...",
          .summary = "a sweep or a training as a SLURM batch job that goes on after preemption and time limits; prints the job's id",
          .options = options_of(submit_options()),
          .run = run};
}

}  // namespace agsweep
