#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "orchestrator/replay/run_difference.hpp"

namespace agsweep {

/// What `agsweep replay` takes beside the run.
struct ReplayArgs {
  std::filesystem::path data;     // empty: where the run recorded it
  std::filesystem::path weights;  // of gpt2-lora, so too
  std::filesystem::path init;     // so too
  std::filesystem::path out;      // keeps the repeated run; empty: it is removed
  bool json = false;
};

/// A recorded run beside its repetition.
struct Replay {
  std::int64_t recorded_ranks = 1;
  std::vector<std::string> other_bits;  // why the same bits were not promised; empty: they were
  BitComparison bits;
  std::optional<NearComparison> nearly;  // where the bits differ, and both have a result
};

/// Trains a recorded run again: the same options and shards, in this one process, on one device of the same kind where there is one. Goes
/// as far as the recorded run went. Writes nothing to it.
/// @param command  the command line, for the repeated run's result.json
/// @throws DataError for a damaged run, or when corpus or weights are not those that it recorded; UsageError when --out is not empty;
/// RunTimeError when a signal has stopped it
Replay replay_run(const std::filesystem::path& run, const ReplayArgs& args, const std::string& command);

/// For a person: one line where the bits are the same, else what differs first, and what that means.
std::string replay_text(const Replay& replay);
nlohmann::json to_json(const Replay& replay);

}  // namespace agsweep
