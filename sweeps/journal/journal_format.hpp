#pragma once

#include <cstdint>
#include <string_view>

namespace agsweep {

/// journal.log is a file of Optuna's JournalFileBackend (4.x and 5.x): one JSON object a line, each with an op_code and the worker_id of
/// the process that wrote it. These are the operations that this program writes; Optuna has others.
enum class JournalOperation : std::int64_t {
  create_study = 0,
  study_attribute = 2,
  create_trial = 4,
  finish_trial = 6,
  report = 7,
  trial_attribute = 8,
};

/// A trial's state, with Optuna's numbers. A paused trial is running, with the attribute agsweep:paused set to true.
enum class TrialState : std::int64_t { running = 0, complete = 1, pruned = 2, failed = 3 };

/// Every worker id of this program begins so; lines of others (a dashboard's notes) change nothing.
constexpr std::string_view own_worker_prefix = "agsweep-";

constexpr std::string_view paused_attribute = "agsweep:paused";  // true or false
constexpr std::string_view error_attribute = "agsweep:error";    // why the trial failed

}  // namespace agsweep
