#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"  // ExitCode
#include "orchestrator/options/option_table.hpp"
#include "workers/comm/session.hpp"

namespace agsweep {

/// What `agsweep confirm` takes beside the trainings' own options.
struct ConfirmArgs {
  std::filesystem::path data;
  std::filesystem::path out;
  std::int64_t top = 3;
  std::string seeds = "101..110";
  bool resume = false;
  bool retry_failed = false;  // with resume
  bool dry_run = false;
  bool json = false;
};

/// Trains a finished sweep's best configurations anew, at full length and with seeds that it did not use: a sweep of its own in --out.
/// Chooses one by the mean validation metric, and reads the test split for that one alone. Writes confirm.json, and prints it. Collective
/// over the job.
/// @param options  train options of the command line that are passed on
/// @return as run_sweep
/// @throws UsageError for seeds that the sweep used; DataError for a sweep that has not ended, or has nothing to confirm
ExitCode run_confirm(Session& session, const std::vector<std::string>& command_line, const std::filesystem::path& sweep,
                     const ConfirmArgs& args, const AskedOptions& options);

}  // namespace agsweep
