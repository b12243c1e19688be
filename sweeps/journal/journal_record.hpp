#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "sweeps/space/parameter.hpp"

namespace agsweep {

/// journal.log is a file of Optuna's JournalFileBackend (4.x and 5.x): one JSON object a line, each with an op_code and the worker_id of
/// the process that wrote it. These are the operations that this program writes; Optuna has others.
enum class JournalOperation : std::int64_t {
  create_study = 0,
  study_attribute = 2,
  study_system_attribute = 3,
  create_trial = 4,
  trial_parameter = 5,
  trial_state = 6,
  report = 7,
  trial_attribute = 8,
};

/// A trial's state, with Optuna's numbers. A paused trial is running, with the attribute agsweep:paused set to true.
enum class TrialState : std::int64_t { running = 0, complete = 1, pruned = 2, failed = 3 };
constexpr std::int64_t waiting_state = 4;  // of a trial that is none of the sweep's yet

constexpr std::string_view paused_attribute = "agsweep:paused";  // true or false
constexpr std::string_view error_attribute = "agsweep:error";    // why the trial failed
constexpr std::string_view mail_attribute = "agsweep:mail";      // of a trial that waits: the mail that asked for it

/// The lines of journal.log, each without its newline. A journal has one study, the first; its trials count from 0 in the order in which
/// their lines were appended. Text that is no UTF-8 has U+FFFD in place of the bytes that are not.
///
/// @param worker  worker_id() of the process that writes
/// @param time    UTC as utc_now() has it, also with a fraction of 3 or 6 digits. The file has +00:00 in place of Z, which Python reads
///                only from 3.11 on.

/// Once, first.
std::string study_line(std::string_view worker, std::string_view name, bool maximise);

/// @param value  replaces an earlier one of the same key
std::string study_attribute_line(std::string_view worker, std::string_view key, const nlohmann::json& value);

/// Optuna's name of the study's value.
std::string metric_name_line(std::string_view worker, std::string_view name);
constexpr std::string_view metric_names_attribute = "study:metric_names";  // a list of one

/// @param point  as many numbers as the space has parameters; the space is the same for all trials of a study
std::string trial_line(std::string_view worker, const SearchSpace& space, const Point& point, std::string_view time);

/// @param epoch  each of a trial's once, ascending from 1
/// @throws RunTimeError for a value that is not finite: such a trial fails
std::string report_line(std::string_view worker, std::int64_t trial, std::int64_t epoch, double value);

/// @param value  replaces an earlier one of the same key
std::string trial_attribute_line(std::string_view worker, std::int64_t trial, std::string_view key, const nlohmann::json& value);

/// The last line of a trial.
/// @param state  complete, pruned or failed
/// @param value  nullopt for a failed trial
/// @throws RunTimeError for a value that is not finite
std::string finish_line(std::string_view worker, std::int64_t trial, TrialState state, std::optional<double> value, std::string_view time);

// Trials that wait, also those that another program has added, have the journal's own numbers.

/// A trial that waits, as Optuna's study.enqueue_trial adds it. @param parameters  a value by key @param mail  what asked for it
std::string waiting_line(std::string_view worker, const nlohmann::json& parameters, std::string_view mail);

/// One of its parameters; all of them stand before it begins.
std::string waiting_parameter_line(std::string_view worker, std::int64_t in_journal, const Parameter& parameter, double number);

/// It begins: from here on it is the sweep's next trial.
std::string begin_waiting_line(std::string_view worker, std::int64_t in_journal, std::string_view time);

/// It never will.
std::vector<std::string> refuse_waiting_lines(std::string_view worker, std::int64_t in_journal, std::string_view reason,
                                              std::string_view time);

}  // namespace agsweep
