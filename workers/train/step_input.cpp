#include "workers/train/step_input.hpp"

#include <algorithm>  // std::copy
#include <cstring>    // std::memcpy

#include "workers/device/tensor_at.hpp"  // aligned

namespace agsweep {

namespace {

constexpr std::size_t streams_begin = aligned(sizeof(AdamWFactors));

/// Where the batch of a shard begins; that of the one behind the last: the block's size.
std::size_t batch_begin(std::span<const BatchShape> shards, std::size_t shard) {
  std::size_t begin = streams_begin + aligned(shards.size() * sizeof(DropoutStream));
  for (const BatchShape& before : shards.first(shard)) begin += batch_bytes(before);
  return begin;
}
std::size_t block_bytes(std::span<const BatchShape> shards) { return batch_begin(shards, shards.size()); }

}  // namespace

bool StepInput::has_room_for(std::span<const BatchShape> shards) const {
  return memory_.defined() && static_cast<std::size_t>(memory_.numel()) >= block_bytes(shards);
}

void StepInput::make_room_for(std::span<const BatchShape> shards) {
  const auto bytes = static_cast<std::int64_t>(block_bytes(shards));
  memory_ = at::empty({bytes + bytes / 4}, at::TensorOptions(at::kByte).device(device_));
}

void StepInput::upload(const AdamWFactors& factors, std::span<const DropoutStream> streams, std::span<const PackedBatch> batches,
                       std::span<const std::int32_t> listed, std::span<const BatchShape> shards) {
  staging_.copy(memory_.data_ptr(), block_bytes(shards), [&](std::byte* host) {
    std::memcpy(host, &factors, sizeof factors);
    std::copy(streams.begin(), streams.end(), reinterpret_cast<DropoutStream*>(host + streams_begin));
    for (std::size_t shard = 0; shard < shards.size(); ++shard) {
      write_batch(batches[shard], listed, shards[shard], host + batch_begin(shards, shard));
    }
  });
}

const AdamWFactors* StepInput::factors() const { return static_cast<const AdamWFactors*>(memory_.const_data_ptr()); }

const DropoutStream* StepInput::stream(std::size_t shard) const {
  return reinterpret_cast<const DropoutStream*>(static_cast<const std::byte*>(memory_.const_data_ptr()) + streams_begin) + shard;
}

Batch StepInput::batch(std::span<const BatchShape> shards, std::size_t shard) const {
  return batch_at(static_cast<std::byte*>(memory_.data_ptr()) + batch_begin(shards, shard), shards[shard], device_);
}

}  // namespace agsweep
