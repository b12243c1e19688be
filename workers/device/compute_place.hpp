#pragma once

#include <memory>

#include "workers/comm/communicator.hpp"
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

  /// How the devices of a group's ranks talk; null on the CPU, and where a rank is alone. Collective over comm.
  /// @param timeout  seconds
  std::unique_ptr<DeviceCommunicator> connect(Communicator& comm, Workers& workers, double timeout) const {
    if (platform == nullptr || comm.size() == 1) return nullptr;
    DeviceGroupId id{};
    if (comm.rank() == 0) id = platform->new_group();
    comm.broadcast(0, id);
    return platform->connect(*workers.stream(), id, comm.rank(), comm.size(), timeout);
  }
};

}  // namespace agsweep
