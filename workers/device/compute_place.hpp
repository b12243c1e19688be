#pragma once

#include <memory>

#include "workers/comm/communicator.hpp"
#include "workers/device/device_platform.hpp"

namespace agsweep {

class Workers;

/// Where a process's trainings compute: the CPU's threads, or one device.
struct ComputePlace {
  DevicePlatform* platform = nullptr;  // null: the CPU
  int device = 0;

  /// What one training computes with; on a device, a queue of its own.
  /// @param threads  of the CPU; @param timeout  seconds that a wait for the device may take
  std::unique_ptr<Workers> make_workers(int threads, double timeout) const;

  /// How the devices of a group's ranks talk; null on the CPU, and where a rank is alone. Collective over comm, which
  /// must outlive it.
  /// @param timeout    seconds
  /// @param same_bits  whatever the ranks' number and the network
  std::unique_ptr<DeviceCommunicator> connect(Communicator& comm, Workers& workers, double timeout, bool same_bits) const;
};

}  // namespace agsweep
