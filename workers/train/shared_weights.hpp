#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "workers/model/gpt2_base.hpp"
#include "workers/model/parameters.hpp"

namespace agsweep {

/// Weights that the trainings of a process have in common. Safe from several threads.
class SharedWeights {
 public:
  /// @param keeps_start_values  for a process that trains many models: the start values drawn last stay in memory
  explicit SharedWeights(bool keeps_start_values = false) : keeps_start_values_(keeps_start_values) {}

  /// A frozen GPT-2: read once, and shared by every model that adapts it.
  /// @param compute_type  of the GEMMs: fp32 or bf16
  /// @throws DataError as Gpt2Checkpoint::read
  std::shared_ptr<const Gpt2Base> base(const std::filesystem::path& weights, at::ScalarType compute_type, c10::Device device);

  /// initial_values(), or what it gave for the same layout and seed: not to be written to.
  at::Tensor initial_values(const ParameterLayout& layout, std::uint64_t seed);

 private:
  struct StartValues {
    std::vector<ParameterSpec> specs;
    std::uint64_t seed;
    at::Tensor flat;
  };

  std::mutex mutex_;
  bool keeps_start_values_;
  std::map<std::tuple<std::filesystem::path, at::ScalarType, std::string>, std::shared_ptr<const Gpt2Base>> bases_;  // string: the device
  std::optional<StartValues> start_;
};

}  // namespace agsweep
