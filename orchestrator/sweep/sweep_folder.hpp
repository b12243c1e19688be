#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "base/json.hpp"
#include "orchestrator/sweep/sweep_plan.hpp"
#include "sweeps/journal/journal_file.hpp"
#include "sweeps/state/sweep_state.hpp"

namespace agsweep {

/// What the journal says of a whole sweep, and must say again when it goes on.
struct SweepIdentity {
  std::int64_t epochs = 0;
  std::string data_sha256;
  std::string weights_sha256;   // of the GPT-2 that all trials begin with; empty where there is none
  std::string geometry_sha256;  // of its config.json
  std::string init_sha256;      // of the --init file that all trials begin with; empty where there is none
  std::int64_t train_limit = 0;
  std::int64_t val_limit = 0;
  std::int64_t workers = 1;  // logical ones
  bool workers_given = false;
  bool deterministic = false;
  std::string time_budget_ends = {};  // UTC; empty: never. Of this process alone
};

/// A sweep whose journal is open.
struct OpenSweep {
  Journal journal;
  SweepState state;
  std::int64_t workers;  // those that the sweep began with, where it is deterministic
};

/// Begins a sweep's folder, or replays what stands there. Call with the lock held, after require_same_sweep.
/// @param require_lock  as open_journal has it
/// @throws UsageError for another corpus, GPT-2 or --init file, or other --deterministic or --workers, than the sweep began with
/// @throws DataError for a damaged journal; RunTimeError
OpenSweep open_sweep(const SweepArgs& args, const SweepPlan& plan, const SweepIdentity& identity, std::function<void()> require_lock);

}  // namespace agsweep
