#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/corpus.hpp"

namespace agsweep {

/// The order in which epoch `epoch` (from 1) visits `rows`: a Fisher-Yates permutation from Philox(seed, epoch).
std::vector<std::uint32_t> epoch_order(std::span<const std::uint32_t> rows, std::uint64_t seed, std::int64_t epoch);

/// The rows that --train-limit keeps, ascending: a stratified sample by the corpus's seed, nested (1,000 lies in 2,000).
/// Each class is put in a random order, then all rows in one order by (place in the class + 1/2) / (rows of the class), and
/// the first `limit` are kept: every class gets its rounded proportion (Webster's method).
/// limit 0 or at least the split's rows: all of them.
std::vector<std::uint32_t> limited_rows(const Split& split, std::size_t class_count, std::uint64_t corpus_seed, std::int64_t limit);

/// The part of a global batch that belongs to shard `shard` of `shards`: in order, sizes differing by at most one.
std::span<const std::uint32_t> shard_rows(std::span<const std::uint32_t> batch, std::int64_t shard, std::int64_t shards);

}  // namespace agsweep
