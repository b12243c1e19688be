#pragma once

#include <string>
#include <vector>

#include <cuda_runtime_api.h>

namespace agsweep::testing_support {

// CUDA's runtime without a device: device memory is the host's, and each stream is a thread that does what is put on it, in order.
// Only what the project calls is there; the legacy stream is not.

struct FakeDevice {
  std::string name = "NVIDIA H100 80GB HBM3";
  int major = 9;
  int minor = 0;
  std::size_t memory = std::size_t{80} << 30;
};

/// What the calls see from here on; at first one FakeDevice.
void set_fake_devices(std::vector<FakeDevice> devices);

/// The next call of that name gives `error`, and does nothing else.
void fail_next(const std::string& call, cudaError_t error);

/// Streams, events, graphs and page-locked memory that nobody has freed.
int live_cuda_objects();

}  // namespace agsweep::testing_support
