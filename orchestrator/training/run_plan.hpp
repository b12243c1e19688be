#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "orchestrator/options/config_file.hpp"
#include "orchestrator/terminal/progress_display.hpp"  // ProgressKind

namespace agsweep {

/// What `agsweep train` takes beside the training's own options.
struct TrainArgs {
  std::filesystem::path data;
  std::filesystem::path out;
  std::filesystem::path config;
  bool resume = false;
  bool repair = false;  // with resume
  ProgressKind progress = ProgressKind::automatic;
  bool json = false;
};

/// What a training has to do, by what stands in its folder.
struct RunPlan {
  enum class State { fresh, unfinished, finished };
  State state = State::fresh;
  AskedOptions options;
  std::optional<RunRecord> record;  // of a run that stands there
  nlohmann::json result;            // of a finished one
  std::filesystem::path data;       // data.h5 as asked, or as the run recorded it
  bool data_given = false;
  bool needs_init = true;  // false: it goes on from a checkpoint
};

/// Reads --config and the run's folder. Writes nothing.
/// @throws UsageError when another run or a sweep stands in --out, or options differ from those that the resumed run was started with
/// @throws DataError for a damaged run; RunTimeError for one that failed
RunPlan plan_run(const TrainArgs& args, const AskedOptions& asked);

}  // namespace agsweep
