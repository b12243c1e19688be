#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "sweeps/journal/journal_record.hpp"
#include "sweeps/journal/journal_seal.hpp"
#include "sweeps/journal/journal_trials.hpp"
#include "sweeps/space/parameter.hpp"

namespace agsweep {

/// A trial's metric after an epoch.
struct EpochValue {
  std::int64_t epoch = 0;
  double value = 0;
};

struct StudyTrial {
  Point point;  // of Study::space
  TrialState state = TrialState::running;
  std::vector<EpochValue> reports;  // epochs ascend
  std::optional<double> value;      // of its end; none while it runs, and of a failed trial
  std::map<std::string, nlohmann::json> attributes;
  std::string datetime_start;     // UTC, "2026-01-31T12:00:00Z"
  std::string datetime_complete;  // empty while it runs
  bool was_waiting = false;       // somebody asked for it; the sweep only began it
};

/// It runs, and waits for the scheduler to let it go on.
bool is_paused(const StudyTrial& trial);

/// What a line of the journal did to a trial.
struct StudyEvent {
  enum class Kind { created, reported, attribute, finished };
  Kind kind = Kind::created;
  std::int64_t trial = 0;
  EpochValue report = {};                  // of reported
  std::string key = {};                    // of attribute
  nlohmann::json value = {};               // of attribute
  TrialState state = TrialState::running;  // of finished
};

/// What a journal says: the state of a sweep.
struct Study {
  std::string file = "journal.log";  // for errors
  std::string name;                  // empty before the study's line
  bool maximise = true;
  std::map<std::string, nlohmann::json> attributes;
  std::map<std::string, nlohmann::json> system_attributes = {};  // Optuna's own
  SearchSpace space;                                             // in the order of the journal's lines; empty before the first trial
  std::vector<StudyTrial> trials;                                // by number
  std::vector<StudyEvent> events;                                // those that changed a trial, in the order of the file

  JournalTrials in_journal;      // the numbers of the trials above there, and those that wait
  std::set<std::string> mail;    // that asked for a trial
  std::uint64_t bytes = 0;       // of the file's whole lines
  std::uint64_t torn_bytes = 0;  // that follow them
  JournalSeal seal = {};         // after them
  std::string damage = {};       // of the line that follows them, where the reader stopped there
};

/// Reads a journal's text.
///
/// Lines whose worker id is not ours are skipped but for trials that wait, and ours about another program's trial. The first report of an
/// epoch stands, and nothing after a trial's end counts. A last line that has no newline or is no JSON object is torn, and not read: a
/// killed writer left it, or one is writing it now.
/// @param name  of the file, for errors
/// @throws DataError with the line for any other line that is not as journal_record.hpp writes it, in no place for it, or changed
/// @param stop_at_damage  such a line ends the reading instead: it and all that follows are torn_bytes
Study replay(std::string_view text, std::string_view name, bool stop_at_damage = false);

/// Reads journal.log, also while another process appends to it.
/// @throws DataError as replay, and when the file is missing, unreadable, or above 4 GiB
Study read_study(const std::filesystem::path& path, bool stop_at_damage = false);

}  // namespace agsweep
