#pragma once

#include <cstdint>
#include <span>

#include "workers/comm/communicator.hpp"
#include "workers/reduce/gradient.hpp"
#include "workers/thread_pool.hpp"

namespace agsweep {

/// The word that each step's reduction carries; the maximum over the ranks counts.
enum class StepStatus : std::int64_t {
  go_on = 0,
  stop = 1,    // a signal asked for a checkpoint
  failed = 2,  // a shard threw: its rank still takes part, so that the group leaves the step together
};

/// The shards [first, last) of S that rank r of R owns: [rS/R, (r+1)S/R).
struct ShardRange {
  std::int64_t first;
  std::int64_t last;
  std::int64_t size() const { return last - first; }
};
constexpr ShardRange shards_of(int rank, int ranks, std::int64_t shards) { return {rank * shards / ranks, (rank + 1) * shards / ranks}; }
constexpr int owner_of(std::int64_t shard, int ranks, std::int64_t shards) {
  int rank = static_cast<int>(shard * ranks / shards);
  while (shards_of(rank, ranks, shards).last <= shard) ++rank;
  return rank;
}

/// Where the node [first, last) of the tree over the shards is cut in two. (n + 1) / 2: the left child takes the odd shard, so three
/// shards sum as (0 + 1) + 2.
constexpr std::int64_t tree_middle(std::int64_t first, std::int64_t last) { return first + (last - first + 1) / 2; }

/// Sums the shards' gradients over a fixed binary tree: node [a, b) is the sum of its halves, the left one taking the odd shard; a node
/// is added by the owner of its first shard. So the bits depend on S alone, never on ranks or threads. Where the ranks are a power of two
/// that divides S, partners exchange their sums (recursive doubling); elsewhere rank 0 broadcasts the root.
///
/// Collective over comm.
/// @param own     this rank's shards in order; scratch space; on return own[0] is the total, the same bits on every rank
/// @param shards  S, at least the ranks
/// @return the largest status of any rank
StepStatus tree_sum(Communicator& comm, std::span<Gradient> own, std::int64_t shards, StepStatus status, ThreadPool& pool);

/// The same sum by the communicator's own all-reduce: faster on many ranks, but its order, and so its last bits, change with them.
///
/// Collective over comm.
/// @param embedding_rows  rows of the row-sparse part's matrix
StepStatus all_reduce_sum(Communicator& comm, std::span<Gradient> own, std::int64_t embedding_rows, StepStatus status, ThreadPool& pool);

}  // namespace agsweep
