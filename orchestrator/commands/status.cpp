#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>  // std::this_thread::sleep_for

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/json_text.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/common_options.hpp"
#include "orchestrator/options/help.hpp"  // wrapped
#include "orchestrator/slurm/slurm_view.hpp"
#include "orchestrator/terminal/progress_display.hpp"
#include "sweeps/aggregate/sweep_status.hpp"

namespace agsweep {

namespace {

struct StatusArgs {
  bool json = false;
  bool watch = false;
};

OptionTable<StatusArgs> table() {
  return {{&StatusArgs::json, json_option()},
          {&StatusArgs::watch, {.name = "watch", .flag = true, .help = "renew it every 2 seconds, until no trial is left to train"}}};
}

/// A sweep as it stands, for a program and for a person.
struct View {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  std::string text;
  bool ended = false;
};

View view_of(const std::filesystem::path& folder) {
  const SlurmView slurm = slurm_view(folder);
  View view{.text = fmt::format("{}: no sweep has begun here\n", folder.string())};
  std::error_code unreadable;
  const bool is_submitted = !slurm.jobs.empty() || std::filesystem::exists(folder / "slurm", unreadable);
  if (!is_submitted || !folders_of_sweep(folder).empty()) {
    const SweepResults sweep = read_sweep_journal(folder);
    const SweepStatus status = status_of(sweep);
    // Of an array each part has a task of its own.
    const SlurmJob* const job = sweep.parts == std::vector{sweep.folder} ? unfinished_job(slurm) : nullptr;
    view = {.json = status_json(sweep, status),
            .text = job ? status_text(sweep, status, fmt::format("SLURM job {} goes on", job->id)) : status_text(sweep, status),
            .ended = status.counts.ended() == status.counts.planned()};
  }
  view.json["slurm"] = slurm_json(slurm);
  view.json["slurm_failure"] = slurm.failure.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(slurm.failure);
  view.text += slurm_text(slurm);
  return view;
}

/// The text's lines, parted between words where the terminal's columns end.
std::string fitted(const std::string& text, std::size_t columns) {
  constexpr std::size_t indent = 9;  // of what stands behind a line's name
  std::string lines;
  for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end + 1) {
    end = text.find('\n', begin);
    lines += wrapped(text.substr(begin, end - begin), columns - indent, indent) + "\n";
  }
  return lines;
}

/// On a terminal one text that renews itself, elsewhere each that differs from the one before.
void watch(const std::filesystem::path& folder) {
  constexpr auto pause = std::chrono::seconds(2);
  const ProgressStyle style = ProgressStyle::of(STDOUT_FILENO);
  for (std::string shown;;) {
    const View view = view_of(folder);
    if (style.bar) {
      fmt::print("\x1b[H\x1b[J{}", fitted(view.text, style.columns()));  // to the top of an empty screen
    } else if (view.text != shown) {
      fmt::print("{}\n", view.text);
    }
    if (std::fflush(stdout) != 0 || view.ended) return;  // main tells what nobody takes
    shown = view.text;
    std::this_thread::sleep_for(pause);
  }
}

ExitCode run(const Invocation& call) {
  const CommandLine line = parse_command_line(options_of(table()), call.arguments, {"SWEEP"});
  StatusArgs args;
  fill(table(), line.asked, args);
  const std::filesystem::path folder = line.positional[0];
  if (args.watch && args.json) throw UsageError("--watch: not with --json");
  if (args.watch) {
    watch(folder);
  } else if (args.json) {
    fmt::print("{}\n", json_text(view_of(folder).json));
  } else {
    fmt::print("{}", view_of(folder).text);
  }
  return ExitCode::done;
}

}  // namespace

Command status_command() {
  return {.name = "status",
          .usage = "SWEEP [--json] [--watch]",
          .summary = "how far a sweep is: trials by state, the best so far, who works on it, and its SLURM jobs",
          .options = options_of(table()),
          .run = run};
}

}  // namespace agsweep
