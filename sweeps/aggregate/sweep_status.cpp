#include "sweeps/aggregate/sweep_status.hpp"

#include <chrono>

#include <fmt/chrono.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "sweeps/aggregate/trial_cells.hpp"  // value_of
#include "sweeps/journal/mailbox.hpp"        // unread_mail
#include "sweeps/journal/sweep_lock.hpp"     // lock_name

namespace agsweep {

namespace fs = std::filesystem;

namespace {

std::optional<LockState> lock_of(const fs::path& folder) {
  const fs::path path = folder / lock_name;
  std::error_code unreadable;
  if (!fs::exists(path, unreadable)) return std::nullopt;
  try {
    LockState lock{.holder = parse_lock(read_file(path))};
    if (lock.holder) lock.view = view_of(lock.holder->process, this_process());
    return lock;
  } catch (const DataError&) {
    if (fs::exists(path, unreadable)) throw;
    return std::nullopt;  // given back meanwhile
  }
}

std::string written(const fs::path& path) {
  std::error_code failure;
  const fs::file_time_type time = fs::last_write_time(path, failure);
  if (failure) throw DataError("{}: cannot read: {}", path.string(), failure.message());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(std::chrono::file_clock::to_sys(time));
  return fmt::format("{:%FT%TZ}", fmt::gmtime(static_cast<std::time_t>(seconds.time_since_epoch().count())));
}

bool better(const SweepResults& sweep, const TrialResults& a, const TrialResults& b) {
  const bool a_complete = a.trial.phase == TrialPhase::complete;
  const bool b_complete = b.trial.phase == TrialPhase::complete;
  if (a_complete != b_complete) return a_complete;
  return sweep.maximise() ? a.trial.value() > b.trial.value() : a.trial.value() < b.trial.value();
}

}  // namespace

SweepStatus status_of(const SweepResults& sweep) {
  SweepStatus status{.counts = counts_of(sweep), .best = std::nullopt, .folders = {}};
  for (const fs::path& folder : sweep.parts) {
    status.folders.push_back({.folder = folder,
                              .lock = lock_of(folder),
                              .unread_mail = std::ssize(unread_mail(folder)),
                              .journal_written = written(folder / journal_name)});
  }
  const TrialResults* best = nullptr;
  for (const TrialResults& results : sweep.trials) {
    if (value_of(results.trial) && (best == nullptr || better(sweep, results, *best))) best = &results;
  }
  if (best != nullptr) status.best = best->number;
  return status;
}

}  // namespace agsweep
