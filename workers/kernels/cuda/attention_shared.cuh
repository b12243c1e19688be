#pragma once

#include "workers/kernels/attention.hpp"
#include "workers/kernels/cuda/gpu.cuh"

namespace agsweep::gpu {

inline constexpr int widest_head = 128;
inline constexpr int mask_block = static_cast<int>(dropout_block);

__device__ inline int smaller(int a, int b) { return a < b ? a : b; }
__device__ inline int larger(int a, int b) { return a > b ? a : b; }

/// What a kernel reads of an AttentionShape.
struct HeadLayout {
  int heads;
  int head_width;
  int sequences;
  int tiles;  // blocks of the grid for each head of a sequence
  const std::int32_t* query_offsets;
  const std::int32_t* key_offsets;
  std::int64_t query_rows;
  std::int64_t key_rows;
  float scale;  // of the scores
  DropoutLayer dropout;
  std::uint32_t mask_blocks;  // in a row of the mask
  bool wide;                  // every row of a head can be read and written 16 bytes at a time
};

/// A block's part of the work: a tile of one head of one sequence. The grid has a sequence more than there are, whose blocks clear the
/// rows behind the last one. Heads are the grid's fastest index: blocks that run at once read neighbouring columns.
struct HeadTile {
  int tile;
  int head;
  bool behind;
  int first_query;  // row of q, out and their gradients; of the first row behind the last sequence where `behind`
  int queries;
  int first_key;
  int keys;
};

__device__ inline HeadTile tile_of_block(const HeadLayout& layout) {
  const int head = static_cast<int>(blockIdx.x) % layout.heads;
  const int rest = static_cast<int>(blockIdx.x) / layout.heads;
  const int sequence = rest % (layout.sequences + 1);
  HeadTile place{};
  place.tile = rest / (layout.sequences + 1);
  place.head = head;
  place.behind = sequence == layout.sequences;
  place.first_query = layout.query_offsets[sequence];
  place.first_key = layout.key_offsets[sequence];
  if (!place.behind) {
    place.queries = layout.query_offsets[sequence + 1] - place.first_query;
    place.keys = layout.key_offsets[sequence + 1] - place.first_key;
  }
  return place;
}

/// A head's columns in one row.
template <typename T>
__device__ inline T* head_row(const HeadRows<T>& rows, const HeadLayout& layout, int head, std::int64_t row) {
  return rows.data + row * rows.stride + head * layout.head_width;
}

/// The head's columns of the rows [first, end): the blocks behind the last sequence share them.
template <typename Act>
__device__ inline void clear_rows(const HeadRows<Act>& to, const HeadLayout& layout, const HeadTile& place, std::int64_t first,
                                  std::int64_t end) {
  const int warps = static_cast<int>(blockDim.x) / 32;
  const int warp = place.tile * warps + static_cast<int>(threadIdx.x) / 32;
  for (std::int64_t row = first + warp; row < end; row += layout.tiles * warps) {
    Act* target = head_row(to, layout, place.head, row);
    for (int column = static_cast<int>(threadIdx.x) % 32; column < layout.head_width; column += 32) target[column] = Act{};
  }
}

/// Sixteen bytes of a row.
template <typename Act>
struct alignas(16) Chunk {
  static constexpr int size = 16 / sizeof(Act);
  Act value[size];
};

/// Factors of the elements lane, lane + 16, .. of a query's 64 keys from 64 * block on; ones without dropout.
__device__ inline void probability_factors(const HeadLayout& layout, const DropoutMask& mask, const HeadTile& place, int query, int block,
                                           int lane, float (&factors)[4]) {
  if (mask.active()) {
    const auto row = static_cast<std::uint32_t>(layout.heads * place.first_query + place.head * place.queries + query);
    mask.draw(row * layout.mask_blocks + static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(lane), factors);
  } else {
    for (float& factor : factors) factor = 1.0F;
  }
}

}  // namespace agsweep::gpu
