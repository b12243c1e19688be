#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>  // std::move, std::exchange
#include <vector>

#include "tests/support/emulated_device.hpp"
#include "tests/support/nccl_queue.hpp"
#include "workers/comm/lived_time.hpp"
#include "workers/device/device_platform.hpp"

namespace agsweep {

/// An emulated device, whose marks are reached when NCCL's double has done what was asked of it before.
class NcclDevice final : public EmulatedStream {
 public:
  explicit NcclDevice(double patience) : EmulatedStream(patience) {}

  NcclQueue& queue() { return queue_; }
  void mark(int slot) override { queue_.mark(slot); }
  bool reached(int slot) override {
    if (on_look) on_look();
    return queue_.reached(slot);
  }

  std::span<std::byte> host_memory(std::size_t bytes) override {
    if (full) throw TrialFailure("cudaHostAlloc on device 0: memory does not suffice");
    return EmulatedStream::host_memory(bytes);
  }

  std::function<void()> on_look;  // may throw, as a device that has failed
  bool full = false;              // the host's memory that the device can read

 private:
  NcclQueue queue_{slots};
};

/// NCCL for emulated devices, whose other work is done when its call returns: so a group of NCCL's calls is waited for before anything is
/// launched behind it, but not for long, since one that does not end is the trainer's to notice.
class NcclOfDevices final : public DeviceCommunicator {
 public:
  NcclOfDevices(NcclQueue& queue, std::unique_ptr<DeviceCommunicator> nccl, double patience)
      : queue_(queue), nccl_(std::move(nccl)), patience_(patience) {}

  void all_reduce_sum(float* values, std::int64_t count) override { nccl_->all_reduce_sum(values, count); }
  void all_reduce_sum(double* values, std::int64_t count) override { nccl_->all_reduce_sum(values, count); }
  void all_reduce_sum(std::int64_t* values, std::int64_t count) override { nccl_->all_reduce_sum(values, count); }
  void send(int to, const void* bytes, std::int64_t count) override { nccl_->send(to, bytes, count); }
  void receive(int from, void* bytes, std::int64_t count) override { nccl_->receive(from, bytes, count); }
  void begin_group() override { nccl_->begin_group(); }
  void end_group() override {
    nccl_->end_group();
    queue_.mark(DeviceStream::wait_slot);
    for (LivedTime clock; !queue_.reached(DeviceStream::wait_slot) && !has_failed() && clock.seconds() < patience_;)
      std::this_thread::yield();
  }
  void check() override { nccl_->check(); }
  std::string last_call() const override { return nccl_->last_call(); }
  void abort() noexcept override { nccl_->abort(); }

 private:
  bool has_failed() {
    try {
      nccl_->check();
      return false;
    } catch (const Error&) {
      return true;
    }
  }

  NcclQueue& queue_;
  std::unique_ptr<DeviceCommunicator> nccl_;
  double patience_;  // seconds
};

/// One such device for each rank.
class NcclDevices final : public DevicePlatform {
 public:
  /// @param patience  seconds until something is launched behind a group of NCCL's calls that does not end
  explicit NcclDevices(double patience = 10) : patience_(patience) {}

  int count() override { return 1; }
  DeviceFacts facts(int /*device*/) override { return {.name = "emulated", .uuid = {}, .capability = 90}; }
  std::vector<std::pair<std::string, std::string>> versions() override { return {}; }
  void require_same_bits() override { same_bits_ = true; }
  std::unique_ptr<DeviceStream> make_stream(int /*device*/, double patience) override {
    if (broken) throw RunTimeError("device 0: cudaMemGetInfo: an illegal memory access was encountered");
    auto device = std::make_unique<NcclDevice>(patience);
    device->full = full;
    return device;
  }
  DeviceGroupId new_group() override { return NcclQueue::new_group(); }
  std::unique_ptr<DeviceCommunicator> connect(DeviceStream& stream, const DeviceGroupId& id, int rank, int ranks, double timeout,
                                              Alarm alarm) override {
    if (fails_before_nccl) throw RunTimeError("device 0: an illegal memory access was encountered");
    connected_with_same_bits = same_bits_;
    NcclQueue& queue = dynamic_cast<NcclDevice&>(stream).queue();
    return std::make_unique<NcclOfDevices>(queue, queue.connect(id, rank, ranks, timeout, std::move(alarm)), patience_);
  }

  bool connected_with_same_bits = false;
  bool broken = false;  // for good
  bool full = false;
  bool fails_before_nccl = false;

 private:
  double patience_;
  bool same_bits_ = false;
};

}  // namespace agsweep
