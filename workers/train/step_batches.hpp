#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/batch.hpp"
#include "workers/device/batch.hpp"
#include "workers/reduce/reduce.hpp"  // ShardRange

namespace agsweep {

/// What a step's launches depend on beside the memory's content: the sizes of the own shards' batches, and the global batch's rows.
struct StepShape {
  std::vector<BatchShape> shards;
  std::int64_t batch_rows = 0;
  auto operator<=>(const StepShape&) const = default;

  std::int64_t listed() const { return shards.front().listed; }  // the same for all shards
};

/// The host's part of a step's input: the own shards' rows, packed, and the tokens of the whole batch, which every rank must know.
class StepBatches {
 public:
  /// @param own           of all `shards`
  /// @param lists_tokens  whether the embedding is trained
  StepBatches(ShardRange own, std::int64_t shards, bool lists_tokens);

  /// Packs a step. Sizes are rounded up to few different ones, so that a graph recorded once serves many steps.
  /// @param rows  of the global batch
  StepShape pack(const Split& split, std::span<const std::uint32_t> rows);

  std::span<const PackedBatch> shards() const { return batches_; }
  std::span<const std::int32_t> listed() const { return listed_; }  // ascending; none where the embedding is not trained

 private:
  ShardRange own_;
  std::int64_t shards_;
  bool lists_tokens_;
  std::vector<PackedBatch> batches_;
  std::vector<std::int32_t> listed_;
};

}  // namespace agsweep
