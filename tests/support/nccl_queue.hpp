#pragma once

#include <memory>

#include "workers/device/device_communicator.hpp"

namespace agsweep {

/// A stream of the tests' CUDA runtime, on which NCCL's double works. Without CUDA's headers, which the emulator stands in for.
class NcclQueue {
 public:
  explicit NcclQueue(int marks);
  ~NcclQueue();
  NcclQueue(const NcclQueue&) = delete;
  NcclQueue& operator=(const NcclQueue&) = delete;

  void mark(int slot);
  bool reached(int slot);
  std::unique_ptr<DeviceCommunicator> connect(const DeviceGroupId& id, int rank, int ranks, double timeout, Alarm alarm);

  static DeviceGroupId new_group();
  /// Streams, marks and communicators of this process that are there.
  static int live_objects();

 private:
  struct Handles;
  std::unique_ptr<Handles> handles_;
};

}  // namespace agsweep
