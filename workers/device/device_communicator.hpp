#pragma once

#include <array>
#include <cstddef>  // std::byte
#include <cstdint>
#include <functional>
#include <string>

#include "base/error.hpp"

namespace agsweep {

/// Another rank has failed, and it has the reason.
struct PeerFailure : RankFailure {
  using RankFailure::RankFailure;
};

/// How a rank tells the others, and hears from them, that what they owe each other on the devices will not come. Neither waits.
struct Alarm {
  std::function<void()> raise = [] {};
  std::function<bool()> raised = [] { return false; };  // by another rank
};

/// How the devices of one group talk: collectives on device memory, in the order of the calls on the stream that it was made for.
/// Every rank of the group makes the same calls with the same counts. Nothing here waits for other ranks without a deadline, but a
/// collective that was launched does: whoever waits for it calls check() while it does.
class DeviceCommunicator {
 public:
  virtual ~DeviceCommunicator() = default;

  /// In place; the order of the sum is the back end's.
  virtual void all_reduce_sum(float* values, std::int64_t count) = 0;
  virtual void all_reduce_sum(double* values, std::int64_t count) = 0;
  virtual void all_reduce_sum(std::int64_t* values, std::int64_t count) = 0;
  virtual void send(int to, const void* bytes, std::int64_t count) = 0;
  virtual void receive(int from, void* bytes, std::int64_t count) = 0;
  /// Calls between begin and end are launched together: a send and a receive that wait for each other must be.
  virtual void begin_group() = 0;
  virtual void end_group() = 0;

  /// @throws RankFailure with the library's words when a collective has failed; TrialFailure when memory did not suffice for it;
  /// PeerFailure when the library only says that another rank failed
  virtual void check() = 0;
  /// What a rank that waits in vain should name: "rank 1 of 4: NCCL's all-reduce of 1000 fp32 values (call 3 of the group)".
  virtual std::string last_call() const = 0;
  /// Frees the device from collectives that other ranks do not answer any more. Each rank of the group must call it.
  virtual void abort() noexcept = 0;
};

/// What ranks need to find each other; made on one, the same on all.
using DeviceGroupId = std::array<std::byte, 128>;

}  // namespace agsweep
