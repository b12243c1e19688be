#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/ATen.h>

#include "data/batch.hpp"
#include "workers/device/batch.hpp"
#include "workers/device/staging.hpp"
#include "workers/kernels/dropout.hpp"
#include "workers/optim/adamw.hpp"

namespace agsweep {

/// What a step's kernels read beside weights, in one block of a device's memory that one copy fills: AdamW's factors, and for each of the
/// rank's shards the stream of its dropout masks and its batch. A recorded graph holds addresses in it, so it stays where it is while
/// steps fit.
class StepInput {
 public:
  explicit StepInput(DeviceStream& stream) : staging_(stream), device_(stream.device()) {}

  bool has_room_for(std::span<const BatchShape> shards) const;
  /// Takes memory for steps of these sizes and somewhat larger ones; what was read from it before must not be read again.
  void make_room_for(std::span<const BatchShape> shards);

  /// @param listed  as write_batch()
  void upload(const AdamWFactors& factors, std::span<const DropoutStream> streams, std::span<const PackedBatch> batches,
              std::span<const std::int32_t> listed, std::span<const BatchShape> shards);

  // In the device's memory.
  const AdamWFactors* factors() const;
  const DropoutStream* stream(std::size_t shard) const;
  Batch batch(std::span<const BatchShape> shards, std::size_t shard) const;

 private:
  Staging staging_;
  c10::Device device_;
  at::Tensor memory_;  // bytes
};

}  // namespace agsweep
