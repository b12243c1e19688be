#pragma once

#include "workers/device/cuda/free_streams.hpp"
#include "workers/device/device_platform.hpp"

namespace agsweep {

/// The CUDA devices that this process sees.
class CudaPlatform final : public DevicePlatform {
 public:
  /// Sets up what holds for every product of the process: fp32 is fp32 (no TF32), bf16 products are summed in fp32, and the bits are the
  /// same run after run.
  CudaPlatform();

  int count() override;
  DeviceFacts facts(int device) override;
  std::vector<std::pair<std::string, std::string>> versions() override;
  void require_same_bits() override;
  std::unique_ptr<DeviceStream> make_stream(int device, double patience) override;
  DeviceGroupId new_group() override;
  std::unique_ptr<DeviceCommunicator> connect(DeviceStream& stream, const DeviceGroupId& id, int rank, int ranks, double timeout,
                                              Alarm alarm) override;

 private:
  FreeStreams free_streams_;
};

}  // namespace agsweep
