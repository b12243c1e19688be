#pragma once

#include "workers/kernels/cuda/attention_shared.cuh"

namespace agsweep::gpu {

namespace wmma = nvcuda::wmma;

// bf16 attention works on tiles of 64 queries by 64 keys, which a sequence of usual length fills alone: products by tensor cores on
// 16 x 16 fragments, and between them scores in shared memory, since a fragment's layout is the hardware's own. Rows are read and written
// 16 bytes at a time: layout.wide.

inline constexpr int tile_rows = 64;
static_assert(tile_rows == mask_block, "a tile's row is one block of the mask");
inline constexpr int fragment_rows = 16;
inline constexpr int tile_fragments = tile_rows / fragment_rows;

// Elements between two rows in shared memory, 16 bytes more than the row has, so that eight rows' 16 bytes lie in different banks. The
// widest heads' backward pass has no room for that.
template <int D>
inline constexpr int row_stride = D < widest_head ? D + 8 : D;
inline constexpr int score_stride = tile_rows + 4;
inline constexpr int weight_stride = 2 * score_stride;  // bf16, in the place of the row's scores
inline constexpr int patch_stride = fragment_rows + 8;
inline constexpr float log2_of_e = 1.4426950408889634F;

using Sum = wmma::fragment<wmma::accumulator, 16, 16, 16, float>;
template <typename Layout>
using Left = wmma::fragment<wmma::matrix_a, 16, 16, 16, __nv_bfloat16, Layout>;
template <typename Layout>
using Right = wmma::fragment<wmma::matrix_b, 16, 16, 16, __nv_bfloat16, Layout>;

/// nvcc 13 does not see that a bf16 fragment comes from shared memory: four generic loads, where one of shared memory would do.
template <typename Fragment>
__device__ inline void load_fragment(Fragment& fragment, const BFloat16* from, int stride) {
  wmma::load_matrix_sync(fragment, as_matrix(from), static_cast<unsigned>(stride));
}

/// A tile's rows [0, Rows) with zeros behind `rows` and the head's width. Of `Threads` threads, a power of two has a row at a time.
/// @param first  the row of `from` for the tile's first
template <int D, int Rows, int Threads>
__device__ inline void load_rows(const HeadLayout& layout, const HeadRows<const BFloat16>& from, int head, std::int64_t first, int rows,
                                 int thread, BFloat16* to) {
  using Bytes = Chunk<BFloat16>;
  constexpr int chunks = D / Bytes::size;
  constexpr int row_threads = chunks <= 4 ? 4 : chunks <= 8 ? 8 : 16;
  constexpr int step = Threads / row_threads;
  static_assert(Rows % step == 0);
  const int column = thread % row_threads * Bytes::size;
  if (column >= D) return;
  const int own_row = thread / row_threads;
  const int own_rows = column < layout.head_width ? rows - own_row : 0;
  const BFloat16* source = head_row(from, layout, head, first + own_row) + column;
  BFloat16* target = to + own_row * row_stride<D> + column;
  AGSWEEP_UNROLL
  for (int row = 0; row < Rows; row += step) {
    Bytes chunk{};
    if (row < own_rows) chunk = *reinterpret_cast<const Bytes*>(source + row * from.stride);
    *reinterpret_cast<Bytes*>(target + row * row_stride<D>) = chunk;
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
  if (row < rows && column + half < layout.head_width) {
    Chunk<BFloat16> chunk;
    for (int i = 0; i < Chunk<BFloat16>::size; ++i) chunk.value[i] = rounded<BFloat16>(patch[row * patch_stride + half + i] * scale);
    *reinterpret_cast<Chunk<BFloat16>*>(head_row(to, layout, head, first + row) + column + half) = chunk;
  }
  __syncwarp();
}

}  // namespace agsweep::gpu
