#pragma once

#include <cstdint>

namespace agsweep {

/// Where the tree's node [first, last) is cut in two. (n + 1) / 2: the left child takes the odd shard, so three shards sum as (0 + 1) + 2.
constexpr std::int64_t tree_middle(std::int64_t first, std::int64_t last) { return first + (last - first + 1) / 2; }

}  // namespace agsweep
