#include "orchestrator/sweep/sweep_office.hpp"

#include <unistd.h>

#include <algorithm>  // std::min, std::ranges::find
#include <cstdio>
#include <iostream>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/system.hpp"  // say, steady_seconds
#include "base/table.hpp"
#include "orchestrator/options/config_file.hpp"  // check_run
#include "orchestrator/options/train_options.hpp"
#include "orchestrator/training/metrics_text.hpp"  // caveats
#include "orchestrator/training/run_inputs.hpp"    // FileFacts
#include "orchestrator/training/run_lock.hpp"      // lock_folder
#include "sweeps/report/report_page.hpp"

namespace agsweep {

namespace {

// Tells a batch script that somebody wanted the end, so that the job does not go back into the queue.
constexpr const char* stopped_name = "stopped";

}  // namespace

SweepOffice::SweepOffice(const PreparedSweep& prepared, const SweepArgs& args, const std::function<void()>& lock_lost)
    : prepared_(prepared),
      args_(args),
      time_budget_(time_budget_seconds(args, prepared.plan.spec)),
      lock_(lock_folder(args.out, say)),
      block_(std::cerr, ProgressStyle::of(STDERR_FILENO, args.progress), steady_seconds),
      sweep_(opened(lock_lost)),
      progress_(block_, sweep_.state, static_cast<std::int64_t>(prepared.groups.leaders.size())),
      site_(args.out, std::move(sweep_.journal), lock_, sweep_.state, progress_, lock_lost),
      coordinator_(sweep_.state, site_,
                   {.groups = static_cast<int>(prepared.groups.leaders.size()),
                    .workers = sweep_.workers,
                    .deterministic = args.deterministic,
                    .seconds = time_budget_,
                    .lock = lock_.token()}) {}

OpenSweep SweepOffice::opened(const std::function<void()>& lock_lost) {
  const SweepPlan& plan = prepared_.plan;
  require_same_sweep(args_, plan);
  const TrainConfig config = filled_config(trial_options(plan, first_point(plan.spec), 0));
  const auto is_fixed = [&](std::string_view key) {
    return std::ranges::find(plan.spec.space, key, &Parameter::key) == plan.spec.space.end();
  };
  FileFacts files;
  const BaseFacts base = is_fixed("weights") && !config.weights.empty() ? files.base(config.weights) : BaseFacts{};
  const SweepIdentity identity{
      .epochs = plan.epochs,
      .data_sha256 = prepared_.data_sha256,
      .weights_sha256 = base.weights_sha256,
      .geometry_sha256 = base.geometry_sha256,
      .init_sha256 = is_fixed("init") ? files.init_sha256(config.init) : "",
      .train_limit = config.train_limit,
      .val_limit = config.val_limit,
      .workers = args_.workers > 0 ? args_.workers : static_cast<std::int64_t>(prepared_.groups.leaders.size()),
      .workers_given = args_.workers > 0,
      .deterministic = args_.deterministic,
      .time_budget_ends = time_budget_ > 0 ? utc_after(time_budget_) : "",
  };
  OpenSweep sweep = open_sweep(args_, plan, identity, [this, lock_lost] {
    if (!lock_.holds()) lock_lost();
  });
  std::error_code ignored;
  std::filesystem::remove(args_.out / stopped_name, ignored);
  for (const std::string& message : prepared_.messages()) block_.message(message);
  if (!fsync_folder(args_.out)) block_.message(weak_folders_note);
  return sweep;
}

ExitCode SweepOffice::exit_code() const {
  if (coordinator_.interrupted()) return ExitCode::checkpointed;
  // A failed trial that was run once more, and did not fail then, has no failure to tell of.
  const bool failed = sweep_.state.has_failed_runs() || !coordinator_.unfinished().empty();
  return failed ? ExitCode::trials_failed : ExitCode::done;
}

void SweepOffice::conclude(const std::string& resume_command) {
  progress_.end();
  if (coordinator_.interrupted()) say_why_stopped(resume_command);
  if (coordinator_.interrupted() && coordinator_.stop() != Coordinator::Stop::time_budget) return;
  // Of a sweep that had ended already it is there, and takes its time where there are many trials.
  if (site_.changed() || !std::filesystem::exists(args_.out / "report.html")) write_report();
  if (args_.spec_text.empty()) print_result();
}

void SweepOffice::say_why_stopped(const std::string& resume_command) {
  const Coordinator::Stop why = coordinator_.stop();
  std::string text = "stopped";
  if (why == Coordinator::Stop::request) text = "stopped, as agsweep stop asked for";
  if (why == Coordinator::Stop::time_budget) text = fmt::format("the time budget of {} is used up", duration_text(time_budget_));
  block_.message(fmt::format("{}, every trial with a checkpoint; go on with:\n{}", text, resume_command));
  if (why == Coordinator::Stop::signal) return;
  try {
    write_file_atomically(args_.out / stopped_name, text + "\n");
  } catch (const RunTimeError& error) {
    block_.message(fmt::format("warning: {}", error.what()));
  }
}

/// Without gnuplot there is none.
void SweepOffice::write_report() try {
  write_file_atomically(args_.out / "report.html", make_report({read_reported_sweep(args_.out, "sweep", check_run)}, {}).html);
} catch (const Error& error) {
  block_.message(fmt::format("no report.html: {}", error.what()));
}

void SweepOffice::print_result() const {
  constexpr std::size_t most_rows = 10;
  const SweepState& state = sweep_.state;
  std::vector<std::string> header = {"trial", std::string(to_word(state.spec().metric)), "epoch"};
  for (const Parameter& parameter : state.spec().space) header.push_back(parameter.key);
  Table table(header);
  const std::vector<std::int64_t> ranking = state.ranking();
  for (std::size_t i = 0; i < std::min(ranking.size(), most_rows); ++i) {
    const SweepTrial& trial = state.trial(ranking[i]);
    std::vector<std::string> row = {std::to_string(ranking[i]), fmt::format("{:.4f}", trial.value()), std::to_string(trial.best_epoch)};
    const std::vector<std::string> values = configuration_cells(state.spec().space, trial.point, 4);
    row.insert(row.end(), values.begin(), values.end());
    table.add(std::move(row));
  }
  fmt::print("{}{}", caveats(prepared_.corpus.info.synthetic, false), table.text());
  if (ranking.size() > most_rows) fmt::print("and {} more complete trials\n", ranking.size() - most_rows);
  const std::filesystem::path page = args_.out / "report.html";
  fmt::print("all trials: {}{}\n", (args_.out / "results.csv").string(),
             std::filesystem::exists(page) ? "; to look at: " + page.string() : "");
}

}  // namespace agsweep
