#pragma once

#include <algorithm>  // std::clamp

#include "workers/kernels/cuda/adapter_forward.cuh"
#include "workers/kernels/cuda/column_sums.cuh"

namespace agsweep::gpu {

inline constexpr int a_gradient_warps = 8;
inline constexpr int a_gradient_threads = a_gradient_warps * warp_size;
inline constexpr int a_gradient_lane_rows = 4;
inline constexpr int a_gradient_block_rows = 16 * a_gradient_warps;  // that a block takes at once

/// d_a's sums over a block of rows, [8 * Tiles ranks, 64 columns]. Since the product is summed over rows, a lane holds four of them, and a
/// pair of columns in each of the block's four words, which is all of two generator calls a row. Reads x once for every 8 * Tiles ranks.
template <int Tiles>
__global__ void __launch_bounds__(a_gradient_threads, 2)
    adapter_a_gradient_kernel(DropoutLayer layer, int rows, int width, int rank, int block_rows, const BFloat16* x, const BFloat16* d_low,
                              float* partials) {
  constexpr int rank_stride = block_columns + 4;  // so that a quartet's members write to different banks
  constexpr int warp_sums = Tiles * tile_ranks * rank_stride;
  AGSWEEP_SHARED(float, warps_sums, a_gradient_warps* warp_sums);
  const DropoutMask mask(layer);
  const Quartet lane;
  const int warp = static_cast<int>(threadIdx.x) / warp_size;
  const int block = static_cast<int>(blockIdx.x);
  const int row_blocks = static_cast<int>(gridDim.x);
  const int column = block * block_columns + 2 * lane.group;
  const int first_k = static_cast<int>(blockIdx.z) * Tiles * tile_ranks;
  const int first = static_cast<int>(blockIdx.y) * block_rows;
  const int end = first + block_rows < rows ? first + block_rows : rows;
  const auto load_rows = [&](int from, unsigned (&values)[a_gradient_lane_rows][block_words]) {
    AGSWEEP_UNROLL
    for (int r = 0; r < a_gradient_lane_rows; ++r) {
      const BFloat16* const row = x + std::int64_t{from + r} * width + column;
      AGSWEEP_UNROLL
      for (int word = 0; word < block_words; ++word) {
        values[r][word] = from + r < end && column + 16 * word < width ? words_at<unsigned>(row + 16 * word) : 0;
      }
    }
  };
  float sums[block_words][Tiles][4] = {};
  unsigned next[a_gradient_lane_rows][block_words];
  load_rows(first + warp * 16 + a_gradient_lane_rows * lane.member, next);
  for (int warp_row = first + warp * 16; warp_row < end; warp_row += a_gradient_block_rows) {
    const int row = warp_row + a_gradient_lane_rows * lane.member;
    unsigned values[a_gradient_lane_rows][block_words];
    AGSWEEP_UNROLL
    for (int r = 0; r < a_gradient_lane_rows; ++r) {
      AGSWEEP_UNROLL
      for (int word = 0; word < block_words; ++word) values[r][word] = next[r][word];
    }
    load_rows(row + a_gradient_block_rows, next);
    unsigned of_low[Tiles][2];
    AGSWEEP_UNROLL
    for (int tile = 0; tile < Tiles; ++tile) {
      const int k = first_k + tile * tile_ranks + lane.group;
      BFloat16 low[a_gradient_lane_rows];
      AGSWEEP_UNROLL
      for (int r = 0; r < a_gradient_lane_rows; ++r) {
        low[r] = row + r < end && k < rank ? d_low[std::int64_t{row + r} * rank + k] : BFloat16{0};
      }
      of_low[tile][0] = packed(low[0], low[1]);
      of_low[tile][1] = packed(low[2], low[3]);
    }
    unsigned dropped[block_words][4];  // rows 0 and 1 of the pair's columns, then rows 2 and 3
    AGSWEEP_UNROLL
    for (int r = 0; r < a_gradient_lane_rows; r += 2) {
      float of_row[2][2][4];
      AGSWEEP_UNROLL
      for (int i = 0; i < 2; ++i) draw_factors(mask, row + r + i, row_blocks, block, 2 * lane.group, of_row[i]);
      AGSWEEP_UNROLL
      for (int word = 0; word < block_words; ++word) {
        const unsigned upper = values[r][word];
        const unsigned lower = values[r + 1][word];
        dropped[word][r] = packed(first_of(upper) * of_row[0][0][word], first_of(lower) * of_row[1][0][word]);
        dropped[word][r + 1] = packed(second_of(upper) * of_row[0][1][word], second_of(lower) * of_row[1][1][word]);
      }
    }
    AGSWEEP_UNROLL
    for (int word = 0; word < block_words; ++word) {
      AGSWEEP_UNROLL
      for (int tile = 0; tile < Tiles; ++tile) multiply_add(sums[word][tile], dropped[word], of_low[tile]);
    }
  }
  AGSWEEP_UNROLL
  for (int word = 0; word < block_words; ++word) {
    AGSWEEP_UNROLL
    for (int tile = 0; tile < Tiles; ++tile) {
      AGSWEEP_UNROLL
      for (int i = 0; i < 4; ++i) {
        const int k = tile * tile_ranks + 2 * lane.member + i % 2;
        warps_sums[warp * warp_sums + k * rank_stride + 16 * word + 2 * lane.group + i / 2] = sums[word][tile][i];
      }
    }
  }
  __syncthreads();
  for (int i = static_cast<int>(threadIdx.x); i < Tiles * tile_ranks * block_columns; i += a_gradient_threads) {
    const int k = i / block_columns;
    const int of_block = i % block_columns;
    float sum = 0;
    AGSWEEP_UNROLL
    for (int w = 0; w < a_gradient_warps; ++w) sum += warps_sums[w * warp_sums + k * rank_stride + of_block];
    const int own_column = block * block_columns + of_block;
    if (first_k + k < rank && own_column < width) partials[(std::int64_t{blockIdx.y} * rank + first_k + k) * width + own_column] = sum;
  }
}

template <int Tiles>
void launch_adapter_a_gradient(Stream stream, ScratchMemory& scratch, const AdapterWeightGradient& pass) {
  constexpr std::int64_t wanted_blocks = 264;  // two for each multiprocessor of an H100; fixed, as the sums' bits depend on it
  const std::int64_t tiles = divide_up(pass.width, block_columns);
  const std::int64_t rank_tiles = divide_up(pass.rank, Tiles * tile_ranks);
  const std::int64_t most_parts = std::max<std::int64_t>(divide_up(pass.rows, a_gradient_block_rows), 1);
  const std::int64_t parts = std::clamp<std::int64_t>(wanted_blocks / (tiles * rank_tiles), 1, most_parts);
  const std::int64_t block_rows = std::max<std::int64_t>(round_up(divide_up(pass.rows, parts), a_gradient_block_rows), 1);
  const std::int64_t row_parts = divide_up(pass.rows, block_rows);
  const std::int64_t sums = pass.rank * pass.width;
  auto* partials = static_cast<float*>(scratch.grow(static_cast<std::size_t>(row_parts * sums) * sizeof(float)));
  dim3 grid = blocks(tiles, row_parts);
  grid.z = static_cast<unsigned>(rank_tiles);
  launch(stream, adapter_a_gradient_kernel<Tiles>, grid, a_gradient_threads, 0, DropoutLayer(pass.dropout), static_cast<int>(pass.rows),
         static_cast<int>(pass.width), static_cast<int>(pass.rank), static_cast<int>(block_rows), pass.x, pass.d_low, partials);
  const auto columns = static_cast<int>(sums);
  launch_sum_partials(stream, partials, static_cast<int>(row_parts), columns, {pass.d_a, nullptr, columns, pass.adds});
}

inline void adapter_a_gradient(Stream stream, ScratchMemory& scratch, const AdapterWeightGradient& pass) {
  if (pass.rank <= tile_ranks) return launch_adapter_a_gradient<1>(stream, scratch, pass);
  launch_adapter_a_gradient<2>(stream, scratch, pass);
}

inline constexpr int input_gradient_warps = 4;
inline constexpr int input_gradient_threads = input_gradient_warps * warp_size;
inline constexpr int input_gradient_rows = 16 * input_gradient_warps;
inline constexpr int input_gradient_blocks = 4;  // of 64 columns
inline constexpr int input_gradient_columns = input_gradient_blocks * block_columns;
inline constexpr int step_ranks = 16;  // that a product adds up

/// shared[step][place][16 ranks] = A's columns from `first` on, zero behind A's last row and column. The place of a column puts those that
/// a product takes side by side, as a lane's four adjacent columns are of two products.
__device__ inline void share_a(const BFloat16* a, int rank, int width, int first, int steps, BFloat16* shared) {
  constexpr int rank_pairs = step_ranks / 2;
  constexpr int quads = input_gradient_columns / 4;
  for (int i = static_cast<int>(threadIdx.x); i < steps * quads * rank_pairs; i += input_gradient_threads) {
    const int pair = i % rank_pairs;
    const int quad = i / rank_pairs % quads;
    const int step = i / (rank_pairs * quads);
    const int column = first + 4 * quad;
    uint2 rows[2];
    AGSWEEP_UNROLL
    for (int r = 0; r < 2; ++r) {
      const int k = step * step_ranks + 2 * pair + r;
      rows[r] = k < rank && column < width ? words_at<uint2>(a + std::int64_t{k} * width + column) : uint2{0, 0};
    }
    const unsigned of_columns[4] = {rows[0].x << 16 >> 16 | rows[1].x << 16, rows[0].x >> 16 | (rows[1].x & 0xFFFF0000U),
                                    rows[0].y << 16 >> 16 | rows[1].y << 16, rows[0].y >> 16 | (rows[1].y & 0xFFFF0000U)};
    AGSWEEP_UNROLL
    for (int e = 0; e < 4; ++e) {
      const int place = quad / 4 * 16 + e / 2 * 8 + quad % 4 * 2 + e % 2;
      words_at<unsigned>(shared + (step * input_gradient_columns + place) * step_ranks + 2 * pair) = of_columns[e];
    }
  }
}

/// A warp takes 16 rows of 256 columns; the block keeps those columns of A in shared memory. Reads and writes d_x once.
template <int Steps>
__global__ void __launch_bounds__(input_gradient_threads, Steps <= 1 ? 5 : 4)
    adapter_input_gradient_kernel(DropoutLayer layer, int rows, int width, int rank, const BFloat16* d_low, const BFloat16* a,
                                  BFloat16* d_x) {
  AGSWEEP_SHARED(BFloat16, shared_a, Steps* input_gradient_columns* step_ranks);
  const DropoutMask mask(layer);
  const Quartet lane;
  const int warp = static_cast<int>(threadIdx.x) / warp_size;
  const int row_blocks = (width + block_columns - 1) / block_columns;
  const int first_block = static_cast<int>(blockIdx.y) * input_gradient_blocks;
  const int own_row = static_cast<int>(blockIdx.x) * input_gradient_rows + 16 * warp + lane.group;
  const auto load_block = [&](int block, uint2 (&values)[2][block_words]) {
    AGSWEEP_UNROLL
    for (int r = 0; r < 2; ++r) {
      const int row = own_row + 8 * r;
      load_row(d_x + std::int64_t{row} * width, row < rows ? width : 0, (first_block + block) * block_columns + 4 * lane.member, values[r]);
    }
  };
  uint2 next[2][block_words];
  load_block(0, next);
  unsigned of_low[Steps][4];
  AGSWEEP_UNROLL
  for (int step = 0; step < Steps; ++step) {
    AGSWEEP_UNROLL
    for (int r = 0; r < 2; ++r) {
      const int row = own_row + 8 * r;
      BFloat16 low[4];
      AGSWEEP_UNROLL
      for (int i = 0; i < 4; ++i) {
        const int k = step * step_ranks + 4 * lane.member + i;
        low[i] = row < rows && k < rank ? d_low[std::int64_t{row} * rank + k] : BFloat16{0};
      }
      of_low[step][r] = packed(low[0], low[1]);
      of_low[step][2 + r] = packed(low[2], low[3]);
    }
  }
  share_a(a, rank, width, first_block * block_columns, Steps, shared_a);
  __syncthreads();
  for (int block = 0; block < input_gradient_blocks && first_block + block < row_blocks; ++block) {
    uint2 values[2][block_words];
    AGSWEEP_UNROLL
    for (int r = 0; r < 2; ++r) {
      AGSWEEP_UNROLL
      for (int word = 0; word < block_words; ++word) values[r][word] = next[r][word];
    }
    if (block + 1 < input_gradient_blocks) load_block(block + 1, next);
    float factors[2][4][4];
    AGSWEEP_UNROLL
    for (int r = 0; r < 2; ++r) draw_factors(mask, own_row + 8 * r, row_blocks, first_block + block, 4 * lane.member, factors[r]);
    AGSWEEP_UNROLL
    for (int word = 0; word < block_words; ++word) {
      float products[2][4] = {};  // of columns 0 and 1, 2 and 3; of both rows
      AGSWEEP_UNROLL
      for (int half = 0; half < 2; ++half) {
        const int place = block * block_columns + 16 * word + 8 * half + lane.group;
        AGSWEEP_UNROLL
        for (int step = 0; step < Steps; ++step) {
          const uint2 of_a = words_at<uint2>(shared_a + (step * input_gradient_columns + place) * step_ranks + 4 * lane.member);
          multiply_add(products[half], of_low[step], {of_a.x, of_a.y});
        }
      }
      const int column = (first_block + block) * block_columns + 16 * word + 4 * lane.member;
      AGSWEEP_UNROLL
      for (int r = 0; r < 2; ++r) {
        const int row = own_row + 8 * r;
        if (row >= rows || column >= width) continue;
        const uint2 old = values[r][word];
        const float(&of_row)[4][4] = factors[r];
        words_at<uint2>(d_x + std::int64_t{row} * width + column) = {packed(first_of(old.x) + of_row[0][word] * products[0][2 * r],
                                                                            second_of(old.x) + of_row[1][word] * products[0][2 * r + 1]),
                                                                     packed(first_of(old.y) + of_row[2][word] * products[1][2 * r],
                                                                            second_of(old.y) + of_row[3][word] * products[1][2 * r + 1])};
      }
    }
  }
}

template <int Steps>
void launch_adapter_input_gradient(Stream stream, const AdapterInputGradient& pass) {
  launch(stream, adapter_input_gradient_kernel<Steps>,
         blocks(divide_up(pass.rows, input_gradient_rows), divide_up(pass.width, input_gradient_columns)), input_gradient_threads, 0,
         DropoutLayer(pass.dropout), static_cast<int>(pass.rows), static_cast<int>(pass.width), static_cast<int>(pass.rank), pass.d_low,
         pass.a, pass.d_x);
}

inline void adapter_input_gradient(Stream stream, const AdapterInputGradient& pass) {
  if (pass.rank <= 16) return launch_adapter_input_gradient<1>(stream, pass);
  if (pass.rank <= 32) return launch_adapter_input_gradient<2>(stream, pass);
  launch_adapter_input_gradient<4>(stream, pass);
}

/// Rows of 8 bytes at a time.
inline bool fuses_adapter(std::int64_t rank, std::int64_t width, const BFloat16* a) {
  return rank >= 1 && rank <= most_rank && width % 4 == 0 && all_aligned(8, a);
}

}  // namespace agsweep::gpu
