#include "orchestrator/sweep/sweep_mail.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "sweeps/journal/mailbox.hpp"

namespace agsweep {

SteeredSweep read_steered_sweep(const std::filesystem::path& folder) {
  SteeredSweep sweep{.results = read_sweep_journal(folder), .status = {}};
  sweep.status = status_of(sweep.results);
  return sweep;
}

bool is_worked_on(const FolderStatus& folder) { return folder.lock && folder.lock->holder && folder.lock->view != ProcessView::gone; }

void require_open_to_requests(const SteeredSweep& sweep, const std::string& what) {
  if (sweep.results.parts.size() != 1 || sweep.results.parts.front() != sweep.folder() || sweep.results.spec.parts > 1) {
    throw UsageError("{}: {} does not go with a sweep that an array of jobs does in parts", sweep.folder().string(), what);
  }
  if (sweep.results.deterministic) {
    throw UsageError("{}: {} does not go with --deterministic: its decisions would depend on when somebody asked", sweep.folder().string(),
                     what);
  }
}

std::string send_request(const SteeredSweep& sweep, const SweepRequest& request) {
  send_mail(sweep.folder(), to_text(request));
  const FolderStatus& folder = sweep.status.folders.front();
  if (!is_worked_on(folder)) return "nobody works on it now: the next sweep --resume does so first";
  const LockHolder& holder = *folder.lock->holder;
  return fmt::format("process {} on host {} does so within seconds", holder.process.pid, holder.process.host);
}

}  // namespace agsweep
