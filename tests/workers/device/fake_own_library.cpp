// In place of libagsweep_cuda.so: as many devices as the environment says, none of which can be used; below 0: CUDA fails.
#include <cstdlib>

#include "base/error.hpp"
#include "workers/device/device_platform.hpp"

namespace agsweep {
namespace {

struct FakePlatform final : DevicePlatform {
  int count() override {
    const char* const text = std::getenv("FAKE_CUDA_DEVICES");
    const int devices = text != nullptr ? std::atoi(text) : 0;
    if (devices < 0) throw RunTimeError("cudaGetDeviceCount: an error");
    return devices;
  }
  DeviceFacts facts(int /*device*/) override { return {}; }
  std::vector<std::pair<std::string, std::string>> versions() override { return {}; }
  void require_same_bits() override {}
  std::unique_ptr<DeviceStream> make_stream(int /*device*/, double /*patience*/) override { std::abort(); }
  DeviceGroupId new_group() override { return {}; }
  std::unique_ptr<DeviceCommunicator> connect(DeviceStream& /*stream*/, const DeviceGroupId& /*id*/, int /*rank*/, int /*ranks*/,
                                              double /*timeout*/, Alarm /*alarm*/) override {
    return nullptr;
  }
};

}  // namespace
}  // namespace agsweep

extern "C" agsweep::DevicePlatform* agsweep_device_platform() {
  static agsweep::FakePlatform platform;
  return &platform;
}
