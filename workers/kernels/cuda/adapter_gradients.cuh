#pragma once

#include <algorithm>  // std::clamp

#include "workers/kernels/cuda/adapter_forward.cuh"
#include "workers/kernels/cuda/column_sums.cuh"

namespace agsweep::gpu {

inline constexpr int a_gradient_warps = 8;
inline constexpr int a_gradient_threads = a_gradient_warps * warp_size;

inline constexpr int a_gradient_ranks = 8;
inline constexpr int a_gradient_rows = 2;  // as many as leave room for the sums in a thread's registers
inline constexpr int a_gradient_block_rows = a_gradient_warps * a_gradient_rows;

/// d_a's sums over a block of rows, [ranks, columns]: a warp's in its registers, the block's through shared memory, four ranks at a time.
/// Reads x once for every eight ranks.
template <typename Act, bool Paired>
__global__ void __launch_bounds__(a_gradient_threads, 2)
    adapter_a_gradient_kernel(DropoutLayer layer, int rows, int width, int rank, int block_rows, const Act* x, const Act* d_low,
                              float* partials) {
  constexpr int ranks = a_gradient_ranks;
  constexpr int ranks_at_once = 4;
  constexpr int warp_sums = ranks_at_once * patch_elements * warp_size;
  constexpr int warp_lows = a_gradient_rows * ranks;
  AGSWEEP_SHARED(float, shared_d_low, a_gradient_warps* warp_lows);
  AGSWEEP_SHARED(float, warps_sums, a_gradient_warps* warp_sums);
  const DropoutMask mask(layer);
  const int lane = static_cast<int>(threadIdx.x) % warp_size;
  const int warp = static_cast<int>(threadIdx.x) / warp_size;
  const Patch patch = lane_patch(static_cast<int>(blockIdx.x));
  const int first_k = static_cast<int>(blockIdx.z) * ranks;
  const int first = static_cast<int>(blockIdx.y) * block_rows;
  const int end = first + block_rows < rows ? first + block_rows : rows;
  const int low_k = first_k + lane % ranks;
  float* const of_warp = shared_d_low + warp * warp_lows;
  float sums[ranks][patch_elements] = {};
  for (int row = first + warp * a_gradient_rows; row < end; row += a_gradient_block_rows) {
    const int low_row = row + lane / ranks;
    const float low = lane < warp_lows && low_row < end && low_k < rank ? as_float(d_low[low_row * rank + low_k]) : 0.0F;
    float values[a_gradient_rows][patch_elements];
    load_patches<Paired>(x, end, width, row, patch, values);
    __syncwarp();
    if (lane < warp_lows) of_warp[lane] = low;
    __syncwarp();
    AGSWEEP_UNROLL
    for (int r = 0; r < a_gradient_rows; ++r) {
      drop_patch<Act>(mask, row + r, width, patch, values[r]);
      AGSWEEP_UNROLL
      for (int k = 0; k < ranks; k += 4) {
        float of_low[4];
        load(of_warp + r * ranks + k, of_low);
        AGSWEEP_UNROLL
        for (int i = 0; i < 4; ++i) {
          AGSWEEP_UNROLL
          for (int e = 0; e < patch_elements; ++e) sums[k + i][e] += of_low[i] * values[r][e];
        }
      }
    }
  }
  const int element = warp;  // of its lane's patch: the one that a thread adds up over the warps
  static_assert(a_gradient_warps == patch_elements);
  const int column = patch.column(element / 2, element % 2);
  AGSWEEP_UNROLL
  for (int at = 0; at < ranks; at += ranks_at_once) {
    if (at > 0) __syncthreads();
    AGSWEEP_UNROLL
    for (int k = 0; k < ranks_at_once; ++k) {
      AGSWEEP_UNROLL
      for (int e = 0; e < patch_elements; ++e) warps_sums[warp * warp_sums + (k * patch_elements + e) * warp_size + lane] = sums[at + k][e];
    }
    __syncthreads();
    AGSWEEP_UNROLL
    for (int k = 0; k < ranks_at_once; ++k) {
      float total = 0;
      AGSWEEP_UNROLL
      for (int w = 0; w < a_gradient_warps; ++w) total += warps_sums[w * warp_sums + (k * patch_elements + element) * warp_size + lane];
      const int row = first_k + at + k;
      if (row < rank && column < width) partials[(std::int64_t{blockIdx.y} * rank + row) * width + column] = total;
    }
  }
}

template <typename Act>
void adapter_a_gradient(Stream stream, ScratchMemory& scratch, const AdapterWeightGradient<Act>& pass) {
  constexpr std::int64_t wanted_blocks = 264;  // two for each multiprocessor of an H100; fixed, as the sums' bits depend on it
  const std::int64_t tiles = divide_up(pass.width, warp_elements);
  const std::int64_t rank_tiles = divide_up(pass.rank, a_gradient_ranks);
  const std::int64_t most_parts = std::max<std::int64_t>(divide_up(pass.rows, a_gradient_block_rows), 1);
  const std::int64_t parts = std::clamp<std::int64_t>(wanted_blocks / (tiles * rank_tiles), 1, most_parts);
  const std::int64_t block_rows = std::max<std::int64_t>(round_up(divide_up(pass.rows, parts), a_gradient_block_rows), 1);
  const std::int64_t row_blocks = divide_up(pass.rows, block_rows);
  const std::int64_t sums = pass.rank * pass.width;
  auto* partials = static_cast<float*>(scratch.grow(static_cast<std::size_t>(row_blocks * sums) * sizeof(float)));
  dim3 grid = blocks(tiles, row_blocks);
  grid.z = static_cast<unsigned>(rank_tiles);
  const bool paired = pass.width % 2 == 0 && all_aligned(2 * sizeof(Act), pass.x);
  launch(stream, paired ? adapter_a_gradient_kernel<Act, true> : adapter_a_gradient_kernel<Act, false>, grid, a_gradient_threads, 0,
         DropoutLayer(pass.dropout), static_cast<int>(pass.rows), static_cast<int>(pass.width), static_cast<int>(pass.rank),
         static_cast<int>(block_rows), pass.x, pass.d_low, partials);
  const auto columns = static_cast<int>(sums);
  launch_sum_partials(stream, partials, static_cast<int>(row_blocks), columns, {pass.d_a, nullptr, columns, pass.adds});
}

inline constexpr int input_gradient_ranks = 2;  // that a thread multiplies at once
inline constexpr int input_gradient_rows = 4;   // of a warp
inline constexpr int input_gradient_warps = 4;
inline constexpr int input_gradient_threads = input_gradient_warps * warp_size;
inline constexpr int input_gradient_block_rows = input_gradient_warps * input_gradient_rows;

/// shared[row][k] from the given row on, as floats; zero behind the last ones.
template <typename Act>
__device__ inline void share_d_low(const Act* d_low, int rows, int rank, int first_row, int padded_rank, float* shared) {
  for (int i = static_cast<int>(threadIdx.x); i < input_gradient_block_rows * padded_rank; i += input_gradient_threads) {
    const int row = first_row + i / padded_rank;
    const int k = i % padded_rank;
    shared[i] = row < rows && k < rank ? as_float(d_low[std::int64_t{row} * rank + k]) : 0.0F;
  }
}

/// A warp takes four rows of 256 columns; the block keeps those columns of A, and its rows of d_low, in shared memory.
/// Reads and writes d_x once.
template <typename Act, bool Paired>
__global__ void __launch_bounds__(input_gradient_threads, 4)
    adapter_input_gradient_kernel(DropoutLayer layer, int rows, int width, int rank, int padded_rank, const Act* d_low, const Act* a,
                                  Act* d_x) {
  AGSWEEP_DYNAMIC_SHARED(float, shared_d_low);
  Act* const shared_a = reinterpret_cast<Act*>(shared_d_low + input_gradient_block_rows * padded_rank);
  const DropoutMask mask(layer);
  const int lane = static_cast<int>(threadIdx.x) % warp_size;
  const int warp = static_cast<int>(threadIdx.x) / warp_size;
  const int tile = static_cast<int>(blockIdx.y);
  const Patch patch = lane_patch(tile);
  const int block_row = static_cast<int>(blockIdx.x) * input_gradient_block_rows;
  const int warp_row = block_row + warp * input_gradient_rows;
  float values[input_gradient_rows][patch_elements];
  load_patches<Paired>(d_x, rows, width, warp_row, patch, values);
  share_d_low(d_low, rows, rank, block_row, padded_rank, shared_d_low);
  share_a<Paired>(a, rank, width, padded_rank, tile, 1, shared_a);
  __syncthreads();
  float products[input_gradient_rows][patch_elements] = {};
  for (int k = 0; k < padded_rank; k += input_gradient_ranks) {
    float of_low[input_gradient_rows][input_gradient_ranks];
    AGSWEEP_UNROLL
    for (int r = 0; r < input_gradient_rows; ++r) load(shared_d_low + (warp * input_gradient_rows + r) * padded_rank + k, of_low[r]);
    AGSWEEP_UNROLL
    for (int i = 0; i < input_gradient_ranks; ++i) {
      float of_a[patch_elements];
      SharedPatch<Act>::load(shared_a + ((k + i) * warp_size + lane) * patch_elements, of_a);
      AGSWEEP_UNROLL
      for (int r = 0; r < input_gradient_rows; ++r) {
        AGSWEEP_UNROLL
        for (int e = 0; e < patch_elements; ++e) products[r][e] += of_low[r][i] * of_a[e];
      }
    }
  }
  AGSWEEP_UNROLL
  for (int r = 0; r < input_gradient_rows; ++r) {
    if (warp_row + r >= rows) continue;
    apply_mask(mask, warp_row + r, width, patch, products[r]);
    AGSWEEP_UNROLL
    for (int e = 0; e < patch_elements; ++e) values[r][e] += products[r][e];
    store_patch<Paired>(d_x + std::int64_t{warp_row + r} * width, width, patch, values[r]);
  }
}

template <typename Act>
void adapter_input_gradient(Stream stream, const AdapterInputGradient<Act>& pass) {
  const std::int64_t padded_rank = round_up(pass.rank, input_gradient_ranks);
  const auto shared_bytes =
      static_cast<std::size_t>(padded_rank) * (input_gradient_block_rows * sizeof(float) + warp_elements * sizeof(Act));
  const bool paired = pass.width % 2 == 0 && all_aligned(2 * sizeof(Act), pass.a, pass.d_x);
  launch(stream, paired ? adapter_input_gradient_kernel<Act, true> : adapter_input_gradient_kernel<Act, false>,
         blocks(divide_up(pass.rows, input_gradient_block_rows), divide_up(pass.width, warp_elements)), input_gradient_threads,
         shared_bytes, DropoutLayer(pass.dropout), static_cast<int>(pass.rows), static_cast<int>(pass.width), static_cast<int>(pass.rank),
         static_cast<int>(padded_rank), pass.d_low, pass.a, pass.d_x);
}

}  // namespace agsweep::gpu
