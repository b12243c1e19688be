#pragma once

#include <algorithm>  // std::max
#include <cstddef>    // std::byte
#include <span>
#include <vector>

#include "workers/comm/communicator.hpp"
#include "workers/device/device_communicator.hpp"

namespace agsweep {

/// How the emulated devices of a job talk: their memory is the host's, so the ranks' own communicator carries it.
class EmulatedGroup final : public DeviceCommunicator {
 public:
  explicit EmulatedGroup(Communicator& comm) : comm_(comm) {}

  void all_reduce_sum(float* values, std::int64_t count) override {
    comm_.all_reduce_sum(std::span(values, static_cast<std::size_t>(count)));
  }
  void all_reduce_sum(double* values, std::int64_t count) override {
    comm_.all_reduce_sum(std::span(values, static_cast<std::size_t>(count)));
  }
  void all_reduce_sum(std::int64_t* values, std::int64_t count) override {
    comm_.all_reduce_sum(std::span(values, static_cast<std::size_t>(count)));
  }
  void send(int to, const void* bytes, std::int64_t count) override {
    sends_.push_back({to, {static_cast<const std::byte*>(bytes), static_cast<std::size_t>(count)}});
  }
  void receive(int from, void* bytes, std::int64_t count) override {
    receives_.push_back({from, {static_cast<std::byte*>(bytes), static_cast<std::size_t>(count)}});
  }
  void begin_group() override {}
  /// Each send meets the receive of its place in the group, so that none waits for the other.
  void end_group() override {
    for (std::size_t i = 0; i < std::max(sends_.size(), receives_.size()); ++i) {
      if (i < sends_.size() && i < receives_.size()) {
        comm_.exchange(sends_[i].rank, sends_[i].bytes, receives_[i].bytes);
      } else if (i < sends_.size()) {
        comm_.send(sends_[i].rank, sends_[i].bytes);
      } else {
        comm_.receive(receives_[i].rank, receives_[i].bytes);
      }
    }
    sends_.clear();
    receives_.clear();
  }
  void check() override {}
  std::string last_call() const override { return "a call over MPI"; }
  void abort() noexcept override {}

 private:
  template <typename Byte>
  struct Message {
    int rank;
    std::span<Byte> bytes;
  };

  Communicator& comm_;
  std::vector<Message<const std::byte>> sends_;
  std::vector<Message<std::byte>> receives_;
};

}  // namespace agsweep
