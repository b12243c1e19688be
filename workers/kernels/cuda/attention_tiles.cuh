#pragma once

#include "workers/kernels/cuda/attention_shared.cuh"

namespace agsweep::gpu {

namespace wmma = nvcuda::wmma;

// bf16 attention works on tiles of 64 queries by 64 keys, which a sequence of usual length fills alone: products by tensor cores on
// 16 x 16 fragments, and between them scores in shared memory, since a fragment's layout is the hardware's own.

inline constexpr int tile_rows = 64;
static_assert(tile_rows == mask_block, "a tile's row is one block of the mask");
inline constexpr int fragment_rows = 16;
inline constexpr int tile_fragments = tile_rows / fragment_rows;

// Elements between two rows in shared memory, 16 bytes more than the row has, so that eight rows' 16 bytes lie in different banks.
template <int D>
inline constexpr int row_stride = D + 8;
inline constexpr int score_stride = tile_rows + 4;
inline constexpr int weight_stride = 2 * score_stride;  // bf16, in the place of the row's scores
inline constexpr int patch_stride = fragment_rows + 8;
inline constexpr float log2_of_e = 1.4426950408889634F;

using Sum = wmma::fragment<wmma::accumulator, 16, 16, 16, float>;
template <typename Layout>
using Left = wmma::fragment<wmma::matrix_a, 16, 16, 16, __nv_bfloat16, Layout>;
template <typename Layout>
using Right = wmma::fragment<wmma::matrix_b, 16, 16, 16, __nv_bfloat16, Layout>;

template <typename Fragment>
__device__ inline void load_fragment(Fragment& fragment, const BFloat16* from, int stride) {
  wmma::load_matrix_sync(fragment, as_matrix(from), static_cast<unsigned>(stride));
}

/// A tile's rows [0, Rows) with zeros behind `rows`, by `Threads` threads.
template <int D, int Rows, int Threads>
__device__ inline void load_rows(const HeadLayout& layout, const HeadRows<const BFloat16>& from, int head, std::int64_t first, int rows,
                                 int thread, BFloat16* to) {
  using Bytes = Chunk<BFloat16>;
  constexpr int chunks = D / Bytes::size;
  if (layout.wide) {
    AGSWEEP_UNROLL
    for (int begin = 0; begin < Rows * chunks; begin += Threads) {
      const int row = (begin + thread) / chunks;
      const int column = (begin + thread) % chunks * Bytes::size;
      if (Rows * chunks % Threads != 0 && row >= Rows) break;
      Bytes chunk{};
      if (row < rows && column < layout.head_width) {
        chunk = *reinterpret_cast<const Bytes*>(head_row(from, layout, head, first + row) + column);
      }
      *reinterpret_cast<Bytes*>(to + row * row_stride<D> + column) = chunk;
    }
  } else {
    for (int index = thread; index < Rows * D; index += Threads) {
      const int row = index / D;
      const int column = index % D;
      const bool there = row < rows && column < layout.head_width;
      to[row * row_stride<D> + column] = there ? head_row(from, layout, head, first + row)[column] : BFloat16{};
    }
  }
}

/// A fragment, times scale, to the first `rows` of 16 rows of memory.
/// @param patch  [16 * patch_stride], the warp's own
/// @param first  the row of `to` for the fragment's first
__device__ inline void store_fragment(const HeadLayout& layout, const Sum& sum, float scale, float* patch, int rows,
                                      const HeadRows<BFloat16>& to, int head, std::int64_t first, int column) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
  wmma::store_matrix_sync(patch, sum, patch_stride, wmma::mem_row_major);
  __syncwarp();
  const int row = lane / 2;
  const int half = lane % 2 * Chunk<BFloat16>::size;
  if (row < rows) {
    Chunk<BFloat16> chunk;
    for (int i = 0; i < Chunk<BFloat16>::size; ++i) chunk.value[i] = rounded<BFloat16>(patch[row * patch_stride + half + i] * scale);
    store_chunk(layout, head_row(to, layout, head, first + row), column + half, chunk);
  }
  __syncwarp();
}

}  // namespace agsweep::gpu
