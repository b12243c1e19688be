#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "orchestrator/commands/command.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/common_options.hpp"
#include "orchestrator/slurm/slurm_view.hpp"
#include "sweeps/aggregate/sweep_status.hpp"

namespace agsweep {

namespace {

struct StatusArgs {
  bool json = false;
};

OptionTable<StatusArgs> table() { return {{&StatusArgs::json, json_option()}}; }

void print(const nlohmann::ordered_json& json) {
  fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

ExitCode run(const Invocation& call) {
  const CommandLine line = parse_command_line(options_of(table()), call.arguments, {"SWEEP"});
  StatusArgs args;
  fill(table(), line.asked, args);
  const std::filesystem::path folder = line.positional[0];

  const SlurmView slurm = slurm_view(folder);
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  std::string text = fmt::format("{}: no sweep has begun here\n", folder.string());
  const bool is_submitted = !slurm.jobs.empty() || !slurm.failure.empty();
  if (!is_submitted || !folders_of_sweep(folder).empty()) {
    const SweepResults sweep = read_sweep_journal(folder);
    const SweepStatus status = status_of(sweep);
    json = status_json(sweep, status);
    text = status_text(sweep, status);
  }
  if (args.json) {
    json["slurm"] = slurm_json(slurm);
    print(json);
  } else {
    fmt::print("{}{}", text, slurm_text(slurm));
  }
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
