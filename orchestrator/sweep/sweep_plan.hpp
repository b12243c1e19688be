#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/options/option_table.hpp"
#include "orchestrator/terminal/progress_display.hpp"  // ProgressKind
#include "sweeps/journal/study.hpp"
#include "sweeps/space/sweep_spec.hpp"

namespace agsweep {

/// What `agsweep sweep` takes beside the trainings' own options.
struct SweepArgs {
  std::filesystem::path spec;
  std::string spec_text = {};  // of a sweep that is a part of another command: no --spec, and nothing on stdout
  std::filesystem::path data;
  std::filesystem::path out;
  std::string part = {};  // "1/3": of the sweep's configurations these alone; empty: all
  std::int64_t ranks_per_trial = 1;
  std::int64_t trials_per_rank = 1;
  bool resume = false;
  bool repair = false;  // with resume
  ProgressKind progress = ProgressKind::automatic;
  bool deterministic = false;
  std::int64_t workers = 0;  // 0: the groups
  bool dry_run = false;
  bool retry_failed = false;
  std::string time_budget = {};  // a duration, or "none"; empty: the spec's hours
};

/// A sweep to do, as spec, command line and folder say.
struct SweepPlan {
  SweepSpec spec;           // with the command line's options in fixed
  std::string given;        // the spec's own text; empty: --resume without one
  AskedOptions passing;     // options of the command line that change no result: this process's own
  std::int64_t epochs = 0;  // of each trial's schedule
};

/// Reads --spec and what stands in --out. Writes nothing.
/// @param options  the train options of the command line: each takes the place of [fixed]'s
/// @throws UsageError for a bad spec or option
SweepPlan plan_sweep(const SweepArgs& args, const AskedOptions& options);

/// Whether the sweep that stands in --out, if any, is the plan's. Call with the lock held.
/// @throws UsageError for another one (with each difference), one that is there without --resume, or a run
void require_same_sweep(const SweepArgs& args, const SweepPlan& plan);

/// How many seconds this process may work on the sweep; 0: as many as it takes. @throws UsageError for a bad --time-budget
double time_budget_seconds(const SweepArgs& args, const SweepSpec& spec);

/// Some configuration, for what all have in common.
Point first_point(const SweepSpec& spec);

/// A configuration's values for a person, in the order of the space. @param digits  significant ones of numbers that are not whole
std::vector<std::string> configuration_cells(const SearchSpace& space, const Point& point, int digits);

/// What TensorBoard calls a trial: "0007 lr=0.0012 lora_rank=8".
std::string trial_label(std::int64_t number, const SearchSpace& space, const Point& point);

/// The options of one of its trainings.
AskedOptions trial_options(const SweepPlan& plan, const Point& point, std::int64_t seed);

}  // namespace agsweep
