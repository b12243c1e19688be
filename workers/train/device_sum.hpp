#pragma once

#include <cstdint>
#include <span>

#include <ATen/ATen.h>

#include "workers/device/device_communicator.hpp"
#include "workers/kernels/device_kernels.hpp"
#include "workers/reduce/reduce.hpp"  // ShardRange
#include "workers/train/config.hpp"   // Reduction

namespace agsweep {

/// One shard's gradient in a device's memory: [dense | listed rows of the embedding] in one piece, since one message carries it.
struct ShardGradient {
  at::Tensor values;     // fp32
  at::Tensor loss;       // [1] fp64
  at::Tensor confusion;  // [classes, classes] int64
};

/// The sum of all ranks' shards, launched on their devices: over reduce.hpp's tree, whose bits depend on the number of shards alone, or by
/// the communicator's own all-reduce behind a tree over each rank's shards.
class DeviceSum {
 public:
  /// @param group  of the ranks' devices; null: this rank is alone
  DeviceSum(DeviceKernels& kernels, DeviceCommunicator* group, int rank, int ranks, std::int64_t shards, Reduction reduction);

  /// Memory for what comes from other ranks.
  /// @param like  what own[0] will be
  void reserve(const ShardGradient& like);

  /// Adds this rank's shards as far as no other rank is asked: what a graph may hold.
  /// @param own     in order, one of each shard
  /// @param floats  of `values` that count
  void own_shards(std::span<ShardGradient> own, std::int64_t floats);
  /// The rest; own[0] is then the total on every rank. Collective over the group.
  void over_ranks(std::span<ShardGradient> own, std::int64_t floats);

 private:
  bool joins_subtrees() const;
  void add_tree(std::span<ShardGradient> shards);
  void add(ShardGradient& into, const ShardGradient& other);
  void all_reduce(ShardGradient& total);
  void exchange(ShardGradient& mine, int partner);
  void reduce(std::span<ShardGradient> own, std::int64_t first, std::int64_t last);
  void broadcast(ShardGradient& total);
  void send(int to, const ShardGradient& gradient);
  void receive(int from, ShardGradient& gradient);
  bool receives(std::int64_t first, std::int64_t last) const;

  DeviceKernels& kernels_;
  DeviceCommunicator* group_;
  int rank_;
  int ranks_;
  std::int64_t shards_;
  Reduction reduction_;
  ShardRange range_;
  std::int64_t floats_ = 0;
  ShardGradient spare_;  // what comes from another rank
};

}  // namespace agsweep
