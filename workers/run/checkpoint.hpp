#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "workers/safetensors/safetensors.hpp"

namespace agsweep {

/// A training's state at one step: tensors (parameters, Adam moments, best parameters) and counters.
struct LoadedCheckpoint {
  std::int64_t step = 0;
  SafetensorsFile file;
  nlohmann::json state;
};

/// Whether a RUN/checkpoints/ has generations, damaged or not.
bool has_checkpoint(const std::filesystem::path& folder);

/// The generations in RUN/checkpoints/: step-00000123.safetensors, the newest and the one before. A generation is a safetensors file whose
/// metadata holds "step", "state" (JSON) and a seal (safetensors/sealed.hpp). Only one process may save at a time; any may load.
class CheckpointStore {
 public:
  explicit CheckpointStore(std::filesystem::path folder, int generations = 2);

  const std::filesystem::path& folder() const { return folder_; }

  /// Temporary file, fsync, verify, rename, fsync folder. Then go: generations that load_newest found damaged, those of later steps, older
  /// ones beyond the kept, and temporary files that a killed process left. @throws RunTimeError
  void save(std::int64_t step, std::span<const TensorBytes> tensors, const nlohmann::json& state);

  /// The newest whole generation; each damaged one is reported through `warn` and passed over. None: nullopt.
  /// @throws DataError when generations stand there and every one is damaged
  std::optional<LoadedCheckpoint> load_newest(const std::function<void(const std::string&)>& warn);

 private:
  std::filesystem::path folder_;
  int generations_;
  std::vector<std::int64_t> damaged_;  // that load_newest passed over
};

}  // namespace agsweep
