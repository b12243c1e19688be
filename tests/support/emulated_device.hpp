#pragma once

#include <memory>
#include <utility>  // std::move
#include <vector>

#include "tests/support/kernels_under_test.hpp"
#include "workers/device/device_stream.hpp"

namespace agsweep {

/// A device whose memory is the host's and whose kernels run on the emulator; each call is done when it returns. A recorded graph runs
/// what it recorded, again.
class EmulatedStream : public DeviceStream {
 public:
  explicit EmulatedStream(double patience = 20) : DeviceStream(patience) {}

  c10::Device device() const override { return at::kCPU; }
  DeviceKernels& kernels() override { return *kernels_; }
  void enter() override {}

  std::span<std::byte> host_memory(std::size_t bytes) override {
    memory_.push_back(std::make_unique<std::byte[]>(bytes));
    return {memory_.back().get(), bytes};
  }
  void copy_in(void* device_memory, const void* host_memory, std::size_t bytes) override { std::memcpy(device_memory, host_memory, bytes); }
  void copy_out(void* host_memory, const void* device_memory, std::size_t bytes) override {
    std::memcpy(host_memory, device_memory, bytes);
  }
  void mark(int /*slot*/) override {}
  bool reached(int /*slot*/) override { return true; }

  std::unique_ptr<DeviceGraph> record(const std::function<void()>& work) override {
    ++recorded;
    return std::make_unique<Graph>(work);
  }
  DeviceMemory memory() const override { return {}; }

  int recorded = 0;  // graphs

 private:
  class Graph final : public DeviceGraph {
   public:
    explicit Graph(std::function<void()> work) : work_(std::move(work)) {}
    void launch() override { work_(); }

   private:
    std::function<void()> work_;
  };

  KernelsUnderTest kernels_;
  std::vector<std::unique_ptr<std::byte[]>> memory_;
};

}  // namespace agsweep
