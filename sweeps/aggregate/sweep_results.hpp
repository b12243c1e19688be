#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "sweeps/space/sweep_spec.hpp"
#include "sweeps/state/sweep_trial.hpp"
#include "sweeps/state/trial_counts.hpp"

namespace agsweep {

/// The files of SWEEP/ that are read here.
constexpr std::string_view resolved_spec_name = "sweep.resolved.toml";
constexpr std::string_view journal_name = "journal.log";

/// In trials/NNNN, where `confirm` or `reproduce` has tested the trial.
constexpr std::string_view test_metrics_name = "test.json";

/// What the journal says of the study beside Optuna's own fields: without these nobody knows which sweeps can be compared.
constexpr std::string_view epochs_attribute = "agsweep:epochs";
constexpr std::string_view data_attribute = "agsweep:data_sha256";
constexpr std::string_view train_limit_attribute = "agsweep:train_limit";       // 0: all rows
constexpr std::string_view val_limit_attribute = "agsweep:val_limit";           // likewise; older sweeps have none
constexpr std::string_view time_budget_attribute = "agsweep:time_budget_ends";  // UTC; null: never

/// Instead of a number of rows.
constexpr std::int64_t various_rows = -1;
/// Of how many rows: "all", "various", or their number.
std::string limit_text(std::int64_t limit);

/// A trial with what its RUN/ holds.
struct TrialResults {
  std::int64_t number = 0;
  SweepTrial trial = {};                                  // but for `start`
  std::map<std::string, ParameterValue> parameters = {};  // by key, of the spec's space
  std::filesystem::path folder = {};                      // SWEEP/trials/0000
  std::string config_hash = {};                           // empty: not known yet
  double seconds = 0;                                     // of training and evaluation, as far as the result says
  nlohmann::json result = {};                             // result.json but for its bulk; null where there is none yet
};

/// A number in a trial's result.json: {"best", "val", "accuracy"}; nullopt where it is not there, or no number.
std::optional<double> result_number(const TrialResults& trial, std::initializer_list<const char*> keys);
/// The same for any value; null where it is not there.
nlohmann::json result_value(const TrialResults& trial, std::initializer_list<const char*> keys);

/// The folders that hold the sweep in `folder`: itself, or where an array of jobs does it the parts that have begun, part-0, part-1, ..
/// None where it is no sweep.
std::vector<std::filesystem::path> folders_of_sweep(const std::filesystem::path& folder);

/// A sweep's folder as it stands, also while it runs or on another machine: read without its lock.
struct SweepResults {
  std::filesystem::path folder = {};
  std::vector<std::filesystem::path> parts = {};  // folders_of_sweep()
  SweepSpec spec = {};                            // as it runs: SWEEP/sweep.resolved.toml; of a sweep in parts, the whole
  std::int64_t epochs = 0;                        // of each trial's schedule
  std::string data_sha256 = {};
  std::int64_t train_limit = 0;           // rows; 0: all; various_rows where it is a key of [space]
  std::int64_t val_limit = 0;             // rows; 0: all
  bool deterministic = false;             // it decides in logical time, and tries nothing that somebody asks for
  std::int64_t waiting = 0;               // configurations that somebody has asked for, and that it will try
  std::string time_budget_ends = {};      // of who works on it, or did last: UTC; empty: never
  bool closed = false;                    // each trial has ended, and none is to begin
  std::vector<TrialResults> trials = {};  // by number

  bool maximise() const { return higher_is_better(spec.metric); }
  /// A trial's best value in its first epochs, of which it has one at least.
  double best_up_to(const SweepTrial& trial, std::int64_t epoch) const;
};

/// A trial whose process has ended counts as running, as the journal has it.
TrialCounts counts_of(const SweepResults& sweep);

/// SWEEP/trials/0007
std::filesystem::path trial_folder(const std::filesystem::path& sweep, std::int64_t number);

/// Reads SWEEP/sweep.resolved.toml, journal.log and each trials/NNNN/result.json that is there. A last trial that the journal does not yet
/// give its configuration and seed is left out: its writer was killed, or is just writing.
///
/// The parts of a sweep are read as one, whose trials are numbered by configuration and seed, as those of a sweep in one folder are.
/// @throws DataError naming the file that is missing or damaged; a missing result.json, or one that is no JSON, leaves its trial's fields
/// empty
SweepResults read_sweep(const std::filesystem::path& folder);

/// The same without what the trials' own files hold.
SweepResults read_sweep_journal(const std::filesystem::path& folder);

}  // namespace agsweep
