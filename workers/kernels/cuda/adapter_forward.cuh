#pragma once

#include <algorithm>  // std::clamp

#include "workers/kernels/adapter.hpp"
#include "workers/kernels/cuda/row_patch.cuh"

namespace agsweep::gpu {

inline constexpr int most_rank = 64;

/// values = dropout(values), rounded as drop_rows writes it.
template <typename Act>
__device__ inline void drop_patch(const DropoutMask& mask, std::int64_t row, int width, Patch patch, float (&values)[patch_elements]) {
  if (!mask.active()) return;
  apply_mask(mask, row, width, patch, values);
  AGSWEEP_UNROLL
  for (float& value : values) value = as_float(rounded<Act>(value));
}

/// values[r] = the patch of row first + r, zero behind the last row.
template <bool Paired, typename Act, int Rows>
__device__ inline void load_patches(const Act* matrix, int rows, int width, int first, Patch patch, float (&values)[Rows][patch_elements]) {
  AGSWEEP_UNROLL
  for (int r = 0; r < Rows; ++r) {
    load_patch<Paired>(matrix + std::int64_t{first + r} * width, first + r < rows ? width : 0, patch, values[r]);
  }
}

/// A patch as the block keeps it in shared memory: its elements side by side, in accesses of 16 bytes.
template <typename Act>
struct SharedPatch {
  static constexpr int access = 16 / static_cast<int>(sizeof(Act));

  __device__ static void load(const Act* from, float (&values)[patch_elements]) {
    AGSWEEP_UNROLL
    for (int first = 0; first < patch_elements; first += access) {
      float part[access];
      gpu::load(from + first, part);
      AGSWEEP_UNROLL
      for (int i = 0; i < access; ++i) values[first + i] = part[i];
    }
  }

  __device__ static void store(Act* to, const float (&values)[patch_elements]) {
    AGSWEEP_UNROLL
    for (int first = 0; first < patch_elements; first += access) {
      float part[access];
      AGSWEEP_UNROLL
      for (int i = 0; i < access; ++i) part[i] = values[first + i];
      gpu::store(to + first, part);
    }
  }
};

/// shared[k][pass][lane] = the patches of A's row k in `passes` times 256 columns from `first_pass` on; zero behind A's last row and
/// column.
template <bool Paired, typename Act>
__device__ inline void share_a(const Act* a, int rank, int width, int padded_rank, int first_pass, int passes, Act* shared) {
  const int row_patches = passes * warp_size;
  for (int i = static_cast<int>(threadIdx.x); i < padded_rank * row_patches; i += static_cast<int>(blockDim.x)) {
    const int k = i / row_patches;
    const int in_row = first_pass * warp_size + i % row_patches;
    const Patch patch{in_row / patches_in_block, in_row % patches_in_block};
    float values[patch_elements] = {};
    if (k < rank) load_patch<Paired>(a + static_cast<std::int64_t>(k) * width, width, patch, values);
    SharedPatch<Act>::store(shared + i * patch_elements, values);
  }
}

/// The sum over the warp of values[lane], values being [2 * Flip] at this step: each half of the lanes takes half of the sums.
template <int Flip>
__device__ inline float warp_sum_of_lane(const float (&values)[2 * Flip]) {
  const bool upper = (static_cast<int>(threadIdx.x) & Flip) != 0;
  float sums[Flip];
  AGSWEEP_UNROLL
  for (int i = 0; i < Flip; ++i) {
    const float keeps = upper ? values[i + Flip] : values[i];
    const float gives = upper ? values[i] : values[i + Flip];
    sums[i] = keeps + __shfl_xor_sync(~0U, gives, Flip);
  }
  if constexpr (Flip == 1) {
    return sums[0];
  } else {
    return warp_sum_of_lane<Flip / 2>(sums);
  }
}

inline constexpr int projection_warps = 4;  // few, so that the multiprocessors share some 10,000 rows evenly
inline constexpr int projection_threads = projection_warps * warp_size;

/// Rows that a warp takes at once: as many as make 32 sums, so that the lanes share the last of them out.
template <int Rank>
inline constexpr int projection_rows = Rank < warp_size ? warp_size / Rank : 1;

/// Blocks on a multiprocessor at once: those of some 10,000 rows at rank 8 are all under way on an H100.
template <int Rank>
inline constexpr int projection_blocks = Rank <= 16 ? 5 : 3;

/// A warp takes projection_rows rows, and walks their columns; the block keeps `passes` times 256 columns of A in shared memory.
/// Reads x once.
template <typename Act, int Rank, bool Paired>
__global__ void __launch_bounds__(projection_threads, projection_blocks<Rank>)
    adapter_forward_kernel(DropoutLayer layer, int rows, int width, int rank, int passes, float scale, const Act* x, const Act* a,
                           Act* low) {
  constexpr int warp_rows = projection_rows<Rank>;
  AGSWEEP_DYNAMIC_SHARED(Act, shared_a);
  const DropoutMask mask(layer);
  const int lane = static_cast<int>(threadIdx.x) % warp_size;
  const int warp = static_cast<int>(threadIdx.x) / warp_size;
  const int first_row = (static_cast<int>(blockIdx.x) * projection_warps + warp) * warp_rows;
  float sums[warp_rows * Rank] = {};
  for (int begin = 0; begin * warp_elements < width; begin += passes) {
    if (begin > 0) __syncthreads();
    share_a<Paired>(a, rank, width, Rank, begin, passes, shared_a);
    __syncthreads();
    for (int pass = 0; pass < passes && (begin + pass) * warp_elements < width; ++pass) {
      const Patch patch = lane_patch(begin + pass);
      float values[warp_rows][patch_elements];
      load_patches<Paired>(x, rows, width, first_row, patch, values);
      AGSWEEP_UNROLL
      for (int r = 0; r < warp_rows; ++r) drop_patch<Act>(mask, first_row + r, width, patch, values[r]);
      AGSWEEP_UNROLL
      for (int k = 0; k < Rank; ++k) {
        float of_a[patch_elements];
        SharedPatch<Act>::load(shared_a + ((k * passes + pass) * warp_size + lane) * patch_elements, of_a);
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
    const float sum = warp_sum_of_lane<warp_size / 2>(part);
    const int row = first_row + (group + lane) / Rank;
    const int k = (group + lane) % Rank;
    if (row < rows && k < rank) low[std::int64_t{row} * rank + k] = rounded<Act>(scale * sum);
  }
}

template <int Rank, typename Act>
void launch_adapter_forward(Stream stream, const AdapterForward<Act>& pass) {
  constexpr std::int64_t wanted_bytes = 24 * 1024;
  constexpr std::int64_t pass_bytes = std::int64_t{Rank} * warp_elements * static_cast<std::int64_t>(sizeof(Act));
  const std::int64_t passes =
      std::clamp<std::int64_t>(divide_up(pass.width, warp_elements), 1, std::max<std::int64_t>(wanted_bytes / pass_bytes, 1));
  const bool paired = pass.width % 2 == 0 && all_aligned(2 * sizeof(Act), pass.x, pass.a);
  launch(stream, paired ? adapter_forward_kernel<Act, Rank, true> : adapter_forward_kernel<Act, Rank, false>,
         blocks(divide_up(pass.rows, projection_warps * projection_rows<Rank>)), projection_threads,
         static_cast<std::size_t>(passes * pass_bytes), DropoutLayer(pass.dropout), static_cast<int>(pass.rows),
         static_cast<int>(pass.width), static_cast<int>(pass.rank), static_cast<int>(passes), pass.scale, pass.x, pass.a, pass.low);
}

template <typename Act>
void adapter_forward(Stream stream, const AdapterForward<Act>& pass) {
  if (pass.rank <= 8) return launch_adapter_forward<8>(stream, pass);
  if (pass.rank <= 16) return launch_adapter_forward<16>(stream, pass);
  if (pass.rank <= 32) return launch_adapter_forward<32>(stream, pass);
  launch_adapter_forward<64>(stream, pass);
}

}  // namespace agsweep::gpu
