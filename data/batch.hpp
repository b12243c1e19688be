#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/corpus.hpp"

namespace agsweep {

/// The order in which epoch `epoch` (from 1) visits `rows`: a Fisher-Yates permutation from Philox(seed, epoch).
std::vector<std::uint32_t> epoch_order(std::span<const std::uint32_t> rows, std::uint64_t seed, std::int64_t epoch);

/// The part of a global batch that belongs to shard `shard` of `shards`: in order, sizes differing by at most one.
std::span<const std::uint32_t> shard_rows(std::span<const std::uint32_t> batch, std::int64_t shard, std::int64_t shards);

/// Rows packed end to end, without padding.
struct PackedBatch {
  std::vector<std::int32_t> tokens;   // [offsets.back()]
  std::vector<std::int32_t> offsets;  // [rows + 1]
  std::vector<std::int32_t> labels;   // [rows]

  std::int64_t rows() const { return static_cast<std::int64_t>(labels.size()); }
  std::int64_t token_count() const { return static_cast<std::int64_t>(tokens.size()); }
};

/// @param rows  indices into the split
PackedBatch pack(const Split& split, std::span<const std::uint32_t> rows);

}  // namespace agsweep
