#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "sweeps/aggregate/sweep_results.hpp"
#include "sweeps/journal/lock_file.hpp"
#include "sweeps/journal/process_identity.hpp"

namespace agsweep {

/// Who has sweep.lock, as far as this process can see.
struct LockState {
  std::optional<LockHolder> holder;  // none: the file is damaged
  ProcessView view = ProcessView::unseen;
};

/// A folder that one process works on at a time.
struct FolderStatus {
  std::filesystem::path folder;
  std::optional<LockState> lock;  // none: nobody has it
  std::int64_t unread_mail = 0;   // what was asked of it by stop and enqueue
  std::string journal_written;    // when the journal's last line was: UTC, "2026-01-31T12:00:00Z"
};

/// How far a sweep is.
struct SweepStatus {
  TrialCounts counts = {};
  std::optional<std::int64_t> best;   // the best complete trial; before there is one, the best so far of the others
  std::vector<FolderStatus> folders;  // one, or one a part
};

/// Takes no lock, and changes nothing. @throws DataError when the journal has gone since it was read
SweepStatus status_of(const SweepResults& sweep);

/// Some lines for a person.
/// @param next  who goes on with an open sweep that nobody works on
std::string status_text(const SweepResults& sweep, const SweepStatus& status, std::string_view next = "sweep --resume goes on");

/// {name, model, metric, epochs, planned, ended, complete, pruned, failed, running, paused, pending, waiting, time_budget_ends, best, lock,
/// unread_mail, journal_written}; best, lock and time_budget_ends are null where there is none. A sweep in parts has `parts` instead of the
/// last three: a list of {folder, lock, unread_mail, journal_written}.
nlohmann::ordered_json status_json(const SweepResults& sweep, const SweepStatus& status);

}  // namespace agsweep
