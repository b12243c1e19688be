#pragma once

#include <memory>

#include "workers/device/device_platform.hpp"
#include "workers/device/workers.hpp"

namespace agsweep {

/// Where a process's trainings compute: the CPU's threads, or one device.
struct ComputePlace {
  DevicePlatform* platform = nullptr;  // null: the CPU
  int device = 0;

  /// What one training computes with; on a device, a queue of its own.
  /// @param threads  of the CPU
  std::unique_ptr<Workers> make_workers(int threads) const {
    return platform == nullptr ? std::make_unique<Workers>(threads) : std::make_unique<Workers>(platform->make_stream(device));
  }
};

}  // namespace agsweep
