#pragma once

#include <array>
#include <cstddef>  // std::byte
#include <functional>
#include <span>

#include "workers/device/device_stream.hpp"

namespace agsweep {

/// Page-locked memory through which the host's bytes go to a device without a stop: a ring of pieces, each used again when the device has
/// read it.
class Staging {
 public:
  explicit Staging(DeviceStream& stream) : stream_(stream) {}

  /// Copies to the device's memory what `write` puts into the host's, [bytes]. Waits where the device is a whole ring behind.
  /// @throws RunTimeError when it stays there
  void copy(void* device_memory, std::size_t bytes, const std::function<void(std::byte* host_memory)>& write);

  static constexpr int slots = DeviceStream::slots / 2;  // the first ones of the stream's

 private:
  DeviceStream& stream_;
  std::array<std::span<std::byte>, slots> pieces_{};
  int next_ = 0;
};

}  // namespace agsweep
