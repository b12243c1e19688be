#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>  // std::pair
#include <vector>

#include "workers/model/gpt2_base.hpp"
#include "workers/model/parameters.hpp"
#include "workers/train/config.hpp"  // Precision

namespace agsweep {

/// Weights that the trainings of a process have in common. Safe from several threads.
class SharedWeights {
 public:
  /// @param keeps_start_values  for a process that trains many models: the start values drawn last stay in memory
  explicit SharedWeights(bool keeps_start_values = false) : keeps_start_values_(keeps_start_values) {}

  /// A frozen GPT-2: read once, and shared by every model that adapts it.
  /// @throws DataError as Gpt2Checkpoint::read
  std::shared_ptr<const Gpt2Base> base(const std::filesystem::path& weights, Precision precision);

  /// initialise(), or a copy of what it gave for the same layout and seed.
  void initialise(Parameters& parameters, std::uint64_t seed);

 private:
  struct StartValues {
    std::vector<ParameterSpec> specs;
    std::uint64_t seed;
    at::Tensor flat;
  };

  std::mutex mutex_;
  bool keeps_start_values_;
  std::map<std::pair<std::filesystem::path, Precision>, std::shared_ptr<const Gpt2Base>> bases_;
  std::optional<StartValues> start_;
};

}  // namespace agsweep
