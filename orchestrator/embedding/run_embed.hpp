#pragma once

#include <filesystem>
#include <string>

#include "base/error.hpp"  // ExitCode
#include "workers/comm/session.hpp"
#include "workers/train/config.hpp"

namespace agsweep {

/// What `agsweep embed` takes beside the folder.
struct EmbedArgs {
  std::filesystem::path data;
  std::string split = "test";
  std::filesystem::path out;
  std::filesystem::path projector;
  double timeout = TrainConfig{}.timeout;
  std::filesystem::path weights;
};

/// The last token's last hidden state of each row of a split, from a run's best weights or an adapter's: written where --out and
/// --projector say, and a run's plane to its embedding.json. Collective over the job.
/// @throws as load_model()
ExitCode run_embed(Session& session, const std::filesystem::path& folder, const EmbedArgs& args);

}  // namespace agsweep
