#pragma once

#include <chrono>
#include <cstddef>  // std::byte
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <thread>  // std::this_thread::sleep_for

#include <c10/core/Device.h>

#include "workers/comm/lived_time.hpp"
#include "workers/kernels/device_kernels.hpp"

namespace agsweep {

/// Work that a stream has recorded once and launches as a whole.
class DeviceGraph {
 public:
  virtual ~DeviceGraph() = default;
  virtual void launch() = 0;
};

/// Bytes on the device: this stream's tensors and all else that the process has there.
struct DeviceMemory {
  std::int64_t in_use = 0;
  std::int64_t peak = 0;   // the most in use at once since the process's latest stream began
  std::int64_t total = 0;  // of the device
};

/// A device's queue of work as one training uses it: kernels, products and copies run there in the order of their calls, behind the host.
/// One training's, called from the training's thread alone; streams of one process share the device.
/// @throws TrialFailure with the bytes that were wanted when the device's memory does not suffice; RunTimeError naming the call and the
/// device for its other failures, from the call that notices them, which may be a later one
class DeviceStream {
 public:
  /// @param patience  seconds that a wait for the device may take
  explicit DeviceStream(double patience) : patience_(patience) {}
  virtual ~DeviceStream() = default;

  virtual c10::Device device() const = 0;
  virtual DeviceKernels& kernels() = 0;

  /// From here on the tensor operations of the calling thread run on this stream.
  virtual void enter() = 0;

  /// Page-locked memory of the host, which lives as long as the stream: what copies read from and write to.
  virtual std::span<std::byte> host_memory(std::size_t bytes) = 0;
  virtual void copy_in(void* device_memory, const void* host_memory, std::size_t bytes) = 0;
  virtual void copy_out(void* host_memory, const void* device_memory, std::size_t bytes) = 0;

  /// Marks a place behind all that was launched so far. A slot, 0 .. slots - 1, holds one mark.
  static constexpr int slots = 8;
  static constexpr int wait_slot = slots - 1;  // for a wait that follows its mark at once
  virtual void mark(int slot) = 0;
  /// Whether the device has come to the slot's mark; does not wait.
  virtual bool reached(int slot) = 0;
  /// Waits until it has. @param look  called again and again meanwhile; may throw
  /// @return false when the stream's patience is at its end
  template <typename Look>
  [[nodiscard]] bool reached_in_time(int slot, Look look) {
    // The calls are cheap, and the device is rarely far behind: a thread that slept for long would leave it without work.
    for (LivedTime clock; !reached(slot); std::this_thread::sleep_for(std::chrono::microseconds(20))) {
      look();
      if (clock.seconds() > patience_) return false;
    }
    return true;
  }
  [[nodiscard]] bool reached_in_time(int slot) {
    return reached_in_time(slot, [] {});
  }
  double patience() const { return patience_; }  // seconds

  /// Records what `work` launches, without running it: the same memory, and no allocation, at each launch. Must have been launched once
  /// before, so that libraries are set up.
  virtual std::unique_ptr<DeviceGraph> record(const std::function<void()>& work) = 0;

  virtual DeviceMemory memory() const = 0;

 private:
  double patience_;
};

}  // namespace agsweep
