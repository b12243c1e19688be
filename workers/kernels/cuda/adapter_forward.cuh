#pragma once

#include "workers/kernels/cuda/mma.cuh"

namespace agsweep::gpu {

// The adapters' passes hold 64 columns of a row, a block of dropout's mask, in four lanes: member t has columns 4 * t .. 4 * t + 3 and those
// 16, 32 and 48 behind. So a lane uses every word of the four generator calls that it makes, reads 8 bytes at a time, and holds what
// multiply_add() takes, its inner columns in another order, of both factors alike.
inline constexpr int block_columns = static_cast<int>(dropout_block);
inline constexpr int block_words = 4;  // a lane's accesses to a row's 64 columns

inline constexpr int most_rank = 64;
inline constexpr int tile_ranks = 8;  // the columns of a product

/// A lane's part of a row's 64 columns from `column`, its own first one, on; zero behind the row's end.
__device__ inline void load_row(const BFloat16* row, int width, int column, uint2 (&values)[block_words]) {
  AGSWEEP_UNROLL
  for (int word = 0; word < block_words; ++word) {
    values[word] = column + 16 * word < width ? words_at<uint2>(row + column + 16 * word) : uint2{0, 0};
  }
}

/// The factors of generator lanes first .. first + Lanes - 1 in a block of a row's mask; ones without dropout.
template <int Lanes>
__device__ inline void draw_factors(const DropoutMask& mask, int row, int row_blocks, int block, int first, float (&factors)[Lanes][4]) {
  AGSWEEP_UNROLL
  for (int i = 0; i < Lanes; ++i) {
    if (mask.active()) {
      mask.draw(static_cast<std::uint32_t>(row) * static_cast<std::uint32_t>(row_blocks) + static_cast<std::uint32_t>(block),
                static_cast<std::uint32_t>(first + i), factors[i]);
    } else {
      AGSWEEP_UNROLL
      for (float& factor : factors[i]) factor = 1;
    }
  }
}

inline constexpr int projection_warps = 4;
inline constexpr int projection_threads = projection_warps * warp_size;
inline constexpr int projection_rows = 16;  // of a block: few, so that the multiprocessors share some 10,000 evenly

/// A block takes 16 rows, its warps the columns' blocks by turns. Reads x once.
template <int Tiles>
__global__ void __launch_bounds__(projection_threads, Tiles <= 2 ? 5 : 3)
    adapter_forward_kernel(DropoutLayer layer, int rows, int width, int rank, float scale, const BFloat16* x, const BFloat16* a,
                           BFloat16* low) {
  constexpr int warp_sums = projection_rows * Tiles * tile_ranks;
  AGSWEEP_SHARED(float, warps_sums, projection_warps* warp_sums);
  const DropoutMask mask(layer);
  const Quartet lane;
  const int warp = static_cast<int>(threadIdx.x) / warp_size;
  const int row_blocks = (width + block_columns - 1) / block_columns;
  const int first_row = static_cast<int>(blockIdx.x) * projection_rows;
  const auto load_block = [&](int block, uint2 (&values)[2][block_words]) {
    AGSWEEP_UNROLL
    for (int r = 0; r < 2; ++r) {
      const int row = first_row + lane.group + 8 * r;
      load_row(x + std::int64_t{row} * width, row < rows ? width : 0, block * block_columns + 4 * lane.member, values[r]);
    }
  };
  float sums[Tiles][4] = {};
  uint2 next[2][block_words];
  load_block(warp, next);
  for (int block = warp; block < row_blocks; block += projection_warps) {
    uint2 values[2][block_words];
    AGSWEEP_UNROLL
    for (int r = 0; r < 2; ++r) {
      AGSWEEP_UNROLL
      for (int word = 0; word < block_words; ++word) values[r][word] = next[r][word];
    }
    load_block(block + projection_warps, next);
    AGSWEEP_UNROLL
    for (int r = 0; r < 2; ++r) {
      float factors[4][4];
      draw_factors(mask, first_row + lane.group + 8 * r, row_blocks, block, 4 * lane.member, factors);
      AGSWEEP_UNROLL
      for (int word = 0; word < block_words; ++word) {
        uint2& pairs = values[r][word];
        pairs.x = packed(first_of(pairs.x) * factors[0][word], second_of(pairs.x) * factors[1][word]);
        pairs.y = packed(first_of(pairs.y) * factors[2][word], second_of(pairs.y) * factors[3][word]);
      }
    }
    AGSWEEP_UNROLL
    for (int tile = 0; tile < Tiles; ++tile) {
      const int k = tile * tile_ranks + lane.group;
      uint2 of_a[block_words];
      load_row(a + std::int64_t{k} * width, k < rank ? width : 0, block * block_columns + 4 * lane.member, of_a);
      AGSWEEP_UNROLL
      for (int word = 0; word < block_words; ++word) {
        multiply_add(sums[tile], {values[0][word].x, values[1][word].x, values[0][word].y, values[1][word].y},
                     {of_a[word].x, of_a[word].y});
      }
    }
  }
  AGSWEEP_UNROLL
  for (int tile = 0; tile < Tiles; ++tile) {
    AGSWEEP_UNROLL
    for (int i = 0; i < 4; ++i) {
      const int row = lane.group + 8 * (i / 2);
      const int k = tile * tile_ranks + 2 * lane.member + i % 2;
      warps_sums[warp * warp_sums + row * Tiles * tile_ranks + k] = sums[tile][i];
    }
  }
  __syncthreads();
  for (int i = static_cast<int>(threadIdx.x); i < warp_sums; i += projection_threads) {
    float sum = 0;
    AGSWEEP_UNROLL
    for (int w = 0; w < projection_warps; ++w) sum += warps_sums[w * warp_sums + i];
    const int row = first_row + i / (Tiles * tile_ranks);
    const int k = i % (Tiles * tile_ranks);
    if (row < rows && k < rank) low[std::int64_t{row} * rank + k] = rounded<BFloat16>(scale * sum);
  }
}

template <int Tiles>
void launch_adapter_forward(Stream stream, const AdapterForward& pass) {
  launch(stream, adapter_forward_kernel<Tiles>, blocks(divide_up(pass.rows, projection_rows)), projection_threads, 0,
         DropoutLayer(pass.dropout), static_cast<int>(pass.rows), static_cast<int>(pass.width), static_cast<int>(pass.rank), pass.scale,
         pass.x, pass.a, pass.low);
}

inline void adapter_forward(Stream stream, const AdapterForward& pass) {
  if (pass.rank <= 8) return launch_adapter_forward<1>(stream, pass);
  if (pass.rank <= 16) return launch_adapter_forward<2>(stream, pass);
  if (pass.rank <= 32) return launch_adapter_forward<4>(stream, pass);
  launch_adapter_forward<8>(stream, pass);
}

}  // namespace agsweep::gpu
