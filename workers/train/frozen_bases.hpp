#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <utility>  // std::pair

#include "workers/model/gpt2_base.hpp"
#include "workers/train/config.hpp"  // Precision

namespace agsweep {

/// The frozen GPT-2s of a process: each is read once, and shared by every model that adapts it. Safe from several threads.
class FrozenBases {
 public:
  /// @throws DataError as Gpt2Checkpoint::read
  std::shared_ptr<const Gpt2Base> get(const std::filesystem::path& weights, Precision precision);

 private:
  std::mutex mutex_;
  std::map<std::pair<std::filesystem::path, Precision>, std::shared_ptr<const Gpt2Base>> bases_;
};

}  // namespace agsweep
