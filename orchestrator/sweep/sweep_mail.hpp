#pragma once

#include <filesystem>
#include <string>

#include "sweeps/aggregate/sweep_status.hpp"
#include "sweeps/state/sweep_request.hpp"

namespace agsweep {

/// A sweep that somebody asks something of, as it stands. Takes no lock.
struct SteeredSweep {
  SweepResults results;
  SweepStatus status;

  const std::filesystem::path& folder() const { return results.folder; }
};

/// @throws DataError as read_sweep_journal
SteeredSweep read_steered_sweep(const std::filesystem::path& folder);

/// Whether a process has a folder's lock, as far as can be seen from here.
bool is_worked_on(const FolderStatus& folder);

/// What only a sweep in one folder without --deterministic can be asked for. @throws UsageError with the reason
void require_open_to_requests(const SteeredSweep& sweep, const std::string& what);

/// Puts the request into the sweep's mailbox. @return who reads it, and when: a sentence's end
std::string send_request(const SteeredSweep& sweep, const SweepRequest& request);

}  // namespace agsweep
