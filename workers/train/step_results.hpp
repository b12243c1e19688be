#pragma once

#include <cstddef>  // std::byte
#include <cstdint>
#include <span>
#include <vector>

#include <ATen/ATen.h>

#include "workers/device/device_stream.hpp"
#include "workers/device/staging.hpp"
#include "workers/train/reports.hpp"  // StepOutcome

namespace agsweep {

/// What steps give, on its way from a device to the host: clipping's result, and the total's loss and confusion matrix, in one block that
/// one copy brings over. The host has a slot for each step under way.
class StepResults {
 public:
  StepResults(DeviceStream& stream, std::int64_t classes);

  // In the device's memory, written anew by each step.
  ClipResult* clip() const { return static_cast<ClipResult*>(memory_.data_ptr()); }
  at::Tensor loss() const;       // [1] fp64
  at::Tensor confusion() const;  // [classes, classes] int64

  static constexpr int slots = 2;  // steps under way
  /// Launches the copy of what the step launched last gives. @return its slot, taken in turn
  int fetch();
  /// The mark on the stream behind which a slot can be read.
  static constexpr int mark_of(int slot) { return Staging::slots + slot; }
  /// Writes loss, grad_norm and confusion.
  void read(int slot, StepOutcome& outcome) const;

 private:
  std::size_t bytes() const { return static_cast<std::size_t>(memory_.numel()); }

  DeviceStream& stream_;
  std::int64_t classes_;
  at::Tensor memory_;                              // bytes, on the device
  std::vector<std::span<std::byte>> host_memory_;  // by slot
  int next_ = 0;
};

}  // namespace agsweep
