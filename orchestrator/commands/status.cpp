#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "orchestrator/commands/command.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/common_options.hpp"
#include "orchestrator/slurm/submitted_jobs.hpp"
#include "sweeps/aggregate/sweep_status.hpp"

namespace agsweep {

namespace {

struct StatusArgs {
  bool json = false;
};

OptionTable<StatusArgs> table() { return {{&StatusArgs::json, json_option()}}; }

/// "job 12: PENDING (Priority), requeued 2 times"
std::string job_text(const SlurmJob& job) {
  std::string text = fmt::format("job {}: {}", job.id, job.state);
  if (!job.reason.empty()) text += fmt::format(" ({})", job.reason);
  if (!is_final(job.state) && !job.time_left.empty()) text += fmt::format(", {} left", job.time_left);
  if (job.requeues.value_or(0) > 0)
    text += fmt::format(", requeued {}", job.requeues == 1 ? "once" : fmt::format("{} times", *job.requeues));
  return text;
}

nlohmann::ordered_json job_json(const SlurmJob& job) {
  using Json = nlohmann::ordered_json;
  const auto or_null = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  return {{"job", job.id},
          {"state", job.state},
          {"reason", or_null(job.reason)},
          {"time_left", or_null(job.time_left)},
          {"requeues", job.requeues ? Json(*job.requeues) : Json()}};
}

/// The jobs that were submitted for the folder, as SLURM has them now.
struct SlurmView {
  std::vector<SlurmJob> jobs;
  std::string failure;  // why SLURM does not say; empty: it does
};

SlurmView slurm_view(const std::filesystem::path& folder) try {
  return {.jobs = jobs_of(folder), .failure = {}};
} catch (const RunTimeError& error) {
  return {.jobs = {}, .failure = error.what()};
}

void print_json(nlohmann::ordered_json json, const SlurmView& slurm) {
  json["slurm"] = nlohmann::ordered_json::array();
  for (const SlurmJob& job : slurm.jobs) json["slurm"].push_back(job_json(job));
  fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

ExitCode run(const Invocation& call) {
  const CommandLine line = parse_command_line(options_of(table()), call.arguments, {"SWEEP"});
  StatusArgs args;
  fill(table(), line.asked, args);
  const std::filesystem::path folder = line.positional[0];

  const SlurmView slurm = slurm_view(folder);
  const bool has_begun = !folders_of_sweep(folder).empty();
  if (has_begun || (slurm.jobs.empty() && slurm.failure.empty())) {
    const SweepResults sweep = read_sweep_journal(folder);
    const SweepStatus status = status_of(sweep);
    if (args.json) {
      print_json(status_json(sweep, status), slurm);
      return ExitCode::done;
    }
    fmt::print("{}", status_text(sweep, status));
  } else if (args.json) {
    print_json(nlohmann::ordered_json::object(), slurm);
    return ExitCode::done;
  } else {
    fmt::print("{}: no sweep has begun here\n", folder.string());
  }
  for (const SlurmJob& job : slurm.jobs) fmt::print("{:<9}{}\n", "slurm", job_text(job));
  if (!slurm.failure.empty()) fmt::print("{:<9}not known: {}\n", "slurm", slurm.failure);
  return ExitCode::done;
}

}  // namespace

Command status_command() {
  return {.name = "status",
          .usage = "SWEEP [--json]",
          .summary = "how far a sweep is: trials by state, the best so far, who works on it, and its SLURM jobs",
          .options = options_of(table()),
          .run = run};
}

}  // namespace agsweep
