#pragma once

#include <algorithm>  // std::clamp

#include "workers/kernels/adapter.hpp"
#include "workers/kernels/cuda/row_patch.cuh"

namespace agsweep::gpu {

inline constexpr int most_rank = 64;
inline constexpr int adapter_warps = 8;
inline constexpr int adapter_threads = adapter_warps * warp_size;

/// values = dropout(values), rounded as drop_rows writes it.
template <typename Act>
__device__ inline void drop_patch(const DropoutMask& mask, std::int64_t row, int width, Patch patch, float (&values)[patch_elements]) {
  if (!mask.active()) return;
  apply_mask(mask, row, width, patch, values);
  AGSWEEP_UNROLL
  for (float& value : values) value = as_float(rounded<Act>(value));
}

/// A thread's patch of a row that the block keeps in shared memory: its elements side by side, in accesses of 16 bytes.
template <typename Act>
__device__ inline void load_shared_patch(const Act* patches, float (&values)[patch_elements]) {
  constexpr int access = 16 / static_cast<int>(sizeof(Act));
  AGSWEEP_UNROLL
  for (int first = 0; first < patch_elements; first += access) {
    float part[access];
    load(patches + first, part);
    AGSWEEP_UNROLL
    for (int i = 0; i < access; ++i) values[first + i] = part[i];
  }
}

/// shared[k][warp_elements of a pass][..] = the patches of A's rows, [passes * warp_elements] columns from the given pass on, zero behind
/// A's end in both directions.
template <bool Paired, typename Act>
__device__ inline void share_a(const Act* a, int rank, int width, int padded_rank, int first_pass, int passes, Act* shared) {
  const int row_patches = passes * warp_size;
  for (int i = static_cast<int>(threadIdx.x); i < padded_rank * row_patches; i += adapter_threads) {
    const int k = i / row_patches;
    const int in_row = first_pass * warp_size + i % row_patches;
    float values[patch_elements] = {};
    if (k < rank) {
      load_patch<Paired>(a + static_cast<std::int64_t>(k) * width, width, {in_row / patches_in_block, in_row % patches_in_block}, values);
    }
    AGSWEEP_UNROLL
    for (int e = 0; e < patch_elements; ++e) shared[i * patch_elements + e] = rounded<Act>(values[e]);
  }
}

/// The sum over the warp of values[lane].
__device__ inline float warp_sum_of_lane(float (&values)[warp_size]) {
  const auto lane = static_cast<int>(threadIdx.x) % warp_size;
  AGSWEEP_UNROLL
  for (int flip = warp_size / 2; flip > 0; flip /= 2) {
    const bool upper = (lane & flip) != 0;
    AGSWEEP_UNROLL
    for (int i = 0; i < flip; ++i) {
      const float keep = upper ? values[i + flip] : values[i];
      const float give = upper ? values[i] : values[i + flip];
      values[i] = keep + __shfl_xor_sync(~0U, give, flip);
    }
  }
  return values[0];
}

/// Rows that a warp takes at once: as many as make 32 sums, so that the lanes share the last of them out.
template <int Rank>
inline constexpr int forward_rows = Rank < warp_size ? warp_size / Rank : 1;

/// A warp takes forward_rows rows, and walks their columns; the block keeps `passes` times 256 columns of A in shared memory.
/// Reads x once.
template <typename Act, int Rank, bool Paired>
__global__ void __launch_bounds__(adapter_threads) adapter_forward_kernel(DropoutLayer layer, std::int64_t rows, int width, int rank,
                                                                          int passes, float scale, const Act* x, const Act* a, Act* low) {
  constexpr int warp_rows = forward_rows<Rank>;
  AGSWEEP_DYNAMIC_SHARED(Act, shared_a);
  const DropoutMask mask(layer);
  const int lane = static_cast<int>(threadIdx.x) % warp_size;
  const int warp = static_cast<int>(threadIdx.x) / warp_size;
  const std::int64_t first_row = (std::int64_t{blockIdx.x} * adapter_warps + warp) * warp_rows;
  float sums[warp_rows * Rank] = {};
  for (int begin = 0; begin * warp_elements < width; begin += passes) {
    if (begin > 0) __syncthreads();
    share_a<Paired>(a, rank, width, Rank, begin, passes, shared_a);
    __syncthreads();
    for (int pass = 0; pass < passes && (begin + pass) * warp_elements < width; ++pass) {
      const Patch patch = lane_patch(begin + pass);
      float values[warp_rows][patch_elements];
      AGSWEEP_UNROLL
      for (int r = 0; r < warp_rows; ++r) {
        if (first_row + r < rows) {
          load_patch<Paired>(x + (first_row + r) * width, width, patch, values[r]);
        } else {
          for (float& value : values[r]) value = 0;
        }
      }
      AGSWEEP_UNROLL
      for (int r = 0; r < warp_rows; ++r) drop_patch<Act>(mask, first_row + r, width, patch, values[r]);
      AGSWEEP_UNROLL
      for (int k = 0; k < Rank; ++k) {
        float of_a[patch_elements];
        load_shared_patch(shared_a + ((k * passes + pass) * warp_size + lane) * patch_elements, of_a);
        AGSWEEP_UNROLL
        for (int r = 0; r < warp_rows; ++r) {
          AGSWEEP_UNROLL
          for (int e = 0; e < patch_elements; ++e) sums[r * Rank + k] += values[r][e] * of_a[e];
        }
      }
    }
  }
  AGSWEEP_UNROLL
  for (int group = 0; group < warp_rows * Rank; group += warp_size) {
    float part[warp_size];
    AGSWEEP_UNROLL
    for (int i = 0; i < warp_size; ++i) part[i] = sums[group + i];
    const float sum = warp_sum_of_lane(part);
    const std::int64_t row = first_row + (group + lane) / Rank;
    const int k = (group + lane) % Rank;
    if (row < rows && k < rank) low[row * rank + k] = rounded<Act>(scale * sum);
  }
}

template <int Rank, typename Act>
void launch_adapter_forward(Stream stream, const AdapterForward<Act>& pass) {
  constexpr std::int64_t wanted_bytes = 48 * 1024;
  constexpr std::int64_t pass_bytes = std::int64_t{Rank} * warp_elements * static_cast<std::int64_t>(sizeof(Act));
  const std::int64_t passes =
      std::clamp<std::int64_t>(divide_up(pass.width, warp_elements), 1, std::max<std::int64_t>(wanted_bytes / pass_bytes, 1));
  const bool paired = pass.width % 2 == 0 && all_aligned(2 * sizeof(Act), pass.x, pass.a);
  launch(stream, paired ? adapter_forward_kernel<Act, Rank, true> : adapter_forward_kernel<Act, Rank, false>,
         blocks(divide_up(pass.rows, adapter_warps * forward_rows<Rank>)), adapter_threads, static_cast<std::size_t>(passes * pass_bytes),
         DropoutLayer(pass.dropout), pass.rows, static_cast<int>(pass.width), static_cast<int>(pass.rank), static_cast<int>(passes),
         pass.scale, pass.x, pass.a, pass.low);
}

template <typename Act>
void adapter_forward(Stream stream, const AdapterForward<Act>& pass) {
  if (pass.rank <= 8) return launch_adapter_forward<8>(stream, pass);
  if (pass.rank <= 16) return launch_adapter_forward<16>(stream, pass);
  if (pass.rank <= 32) return launch_adapter_forward<32>(stream, pass);
  launch_adapter_forward<64>(stream, pass);
}

}  // namespace agsweep::gpu
