#include <algorithm>  // std::find
#include <cstdio>

#include <fmt/format.h>

#include "base/system.hpp"  // say
#include "orchestrator/commands/command.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/slurm/submission.hpp"

namespace agsweep {

namespace {

SubmittedCommand submitted_command(const std::vector<std::string>& words) {
  if (words.empty()) throw UsageError("the command to submit follows --: agsweep submit --nodes 2 -- sweep --spec FILE ..");
  for (const Command& command : {sweep_command(), train_command()}) {
    if (command.name != words.front()) continue;
    return {.words = words, .asked = parse_command_line(command.options, {words.begin() + 1, words.end()}).asked};
  }
  throw UsageError("{}: cannot be submitted; only sweep and train can", words.front());
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
