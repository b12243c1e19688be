#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>  // std::pair
#include <vector>

#include <fmt/format.h>

#include "workers/device/device_communicator.hpp"

namespace agsweep {

class DeviceStream;

/// Compute capability 8.0, A100's: the kernels need its bf16 tensor cores.
inline constexpr int oldest_capability = 80;

/// One device, in words for a person and for result.json.
struct DeviceFacts {
  std::string name;            // "NVIDIA H100 80GB HBM3"
  std::string uuid;            // the same on every rank that has this device
  int capability = 0;          // 90: compute capability 9.0
  std::int64_t memory = 0;     // bytes
  double peak_bf16_flops = 0;  // dense, a second, as its maker states it; 0: not known
  double peak_fp32_flops = 0;  // without tensor cores
};

/// Why such a device is not used; empty: it is new enough.
inline std::string too_old(int device, const DeviceFacts& facts) {
  if (facts.capability >= oldest_capability) return "";
  return fmt::format("device {} ({}) has compute capability {}.{}; the kernels need {}.0 or later (A100 and newer)", device, facts.name,
                     facts.capability / 10, facts.capability % 10, oldest_capability / 10);
}

/// The devices of one kind that this process sees.
class DevicePlatform {
 public:
  virtual ~DevicePlatform() = default;

  virtual int count() = 0;
  virtual DeviceFacts facts(int device) = 0;
  /// Versions by name, for result.json: driver, cuda, nccl.
  virtual std::vector<std::pair<std::string, std::string>> versions() = 0;

  /// Before a connect(): what the ranks send each other must not be added up on the way, in an order that the network chooses.
  virtual void require_same_bits() = 0;

  /// @param patience  seconds that a wait for the device may take
  /// @throws RunTimeError when there is no such device, or its kind is too old for the kernels
  virtual std::unique_ptr<DeviceStream> make_stream(int device, double patience) = 0;
  virtual DeviceGroupId new_group() = 0;
  /// Collective over the group.
  /// @param alarm  asked while this rank waits; it must outlive the communicator, and raised where the ranks do not come together
  /// @throws RankFailure when a rank does not come within `timeout` seconds; TrialFailure when the device's memory does not suffice
  virtual std::unique_ptr<DeviceCommunicator> connect(DeviceStream& stream, const DeviceGroupId& id, int rank, int ranks, double timeout,
                                                      Alarm alarm) = 0;
};

}  // namespace agsweep

/// What libagsweep_cuda.so exports: the CUDA devices, made at the first call, which also sets ATen up for them. The process keeps it.
extern "C" agsweep::DevicePlatform* agsweep_device_platform();
