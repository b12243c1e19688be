#include <charconv>
#include <cstdio>

#include <fmt/format.h>

#include "base/error.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/slurm/slurm_view.hpp"
#include "orchestrator/sweep/sweep_mail.hpp"
#include "sweeps/journal/mailbox.hpp"

namespace agsweep {

namespace {

struct StopArgs {
  std::string trial;
};

OptionTable<StopArgs> table() {
  return {{&StopArgs::trial, {.name = "trial", .placeholder = "N", .help = "this trial alone: it ends after its step under way"}}};
}

/// @throws UsageError for a trial that cannot be stopped
std::int64_t trial_to_stop(const SteeredSweep& sweep, const std::string& text) {
  std::int64_t trial = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), trial);
  if (error != std::errc() || end != text.data() + text.size() || trial < 0) throw UsageError("--trial: {} is no trial's number", text);
  if (trial >= std::ssize(sweep.results.trials)) {
    throw UsageError("--trial: {} has not begun: {} of {} trials have", trial, sweep.results.trials.size(), sweep.status.counts.planned());
  }
  const SweepTrial& found = sweep.results.trials[static_cast<std::size_t>(trial)].trial;
  if (found.ended()) throw UsageError("--trial: {} has ended already: {}", trial, to_word(found.phase));
  return trial;
}

/// Each process that works on the sweep: several do where it is in parts.
void stop_all(const SteeredSweep& sweep) {
  int asked = 0;
  for (const FolderStatus& folder : sweep.status.folders) {
    if (!is_worked_on(folder)) continue;
    const LockHolder& holder = *folder.lock->holder;
    send_mail(folder.folder, to_text(SweepRequest{.what = SweepRequest::StopSweep{.lock = holder.token}}));
    fmt::print("asked process {} on host {} to stop: it writes checkpoints and exits with 85; sweep --resume goes on\n", holder.process.pid,
               holder.process.host);
    ++asked;
  }
  if (asked > 0) return;
  const SlurmView slurm = slurm_view(sweep.folder());
  if (const SlurmJob* job = unfinished_job(slurm)) {
    throw RunTimeError("{}: nobody works on it now, but SLURM job {} ({}) will; end it by scancel {}", sweep.folder().string(), job->id,
                       job->state, job->id);
  }
  throw RunTimeError("{}: nobody works on it, so there is nothing to stop", sweep.folder().string());
}

ExitCode run(const Invocation& call) {
  const CommandLine line = parse_command_line(options_of(table()), call.arguments, {"SWEEP"});
  StopArgs args;
  fill(table(), line.asked, args);
  const SteeredSweep sweep = read_steered_sweep(line.positional[0]);
  if (args.trial.empty()) {
    stop_all(sweep);
    return ExitCode::done;
  }
  require_open_to_requests(sweep, "--trial");
  const std::int64_t trial = trial_to_stop(sweep, args.trial);
  fmt::print("asked for the end of trial {}: {}\n", trial, send_request(sweep, {.what = SweepRequest::StopTrial{.trial = trial}}));
  return ExitCode::done;
}

}  // namespace

Command stop_command() {
  return {.name = "stop",
          .usage = "SWEEP [--trial N]",
          .summary = "ends a running sweep with a checkpoint of each trial, or one trial of it for good",
          .options = options_of(table()),
          .run = run};
}

}  // namespace agsweep
