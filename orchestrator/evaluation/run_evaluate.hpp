#pragma once

#include <filesystem>
#include <string>

#include "base/error.hpp"  // ExitCode
#include "workers/comm/session.hpp"
#include "workers/train/config.hpp"

namespace agsweep {

/// What `agsweep evaluate` takes beside the folder.
struct EvaluateArgs {
  std::filesystem::path data;
  std::string split = "test";
  std::filesystem::path out;
  std::filesystem::path figures;
  double timeout = TrainConfig{}.timeout;
  std::filesystem::path weights;
  bool json = false;
};

/// Metrics and calibration of a run's best weights, or of an adapter's, on a split of a corpus; printed, and written where --out and
/// --figures say. Collective over the job.
/// @throws as load_model()
ExitCode run_evaluate(Session& session, const std::filesystem::path& folder, const EvaluateArgs& args);

}  // namespace agsweep
