#pragma once

#include "workers/kernels/cuda/gpu.cuh"

namespace agsweep::gpu {

// How threads share the rows of a matrix: eight threads hold a block of dropout's 64 elements, each a patch of 2 x 4 of them, elements
// 2 * t, 2 * t + 1 and those 16, 32 and 48 behind. So a patch uses every word of the two generator calls that it makes, and each access
// of a warp still moves whole sectors. A warp holds 256 elements of a row at once.
inline constexpr int patch_elements = 8;
inline constexpr int patches_in_block = static_cast<int>(dropout_block) / patch_elements;
inline constexpr int warp_elements = warp_size * patch_elements;

/// One thread's patch of a row.
struct Patch {
  int block;  // of dropout, in the row
  int pair;   // t: 0 .. 7

  /// The column of an element: word 0 .. 3, the pair's element 0 or 1.
  __device__ int column(int word, int element) const { return block * static_cast<int>(dropout_block) + word * 16 + 2 * pair + element; }
};

/// The patch of a warp's lane in the given 256 elements of a row.
__device__ inline Patch lane_patch(int pass) {
  const int lane = static_cast<int>(threadIdx.x) % warp_size;
  return {pass * (warp_size / patches_in_block) + lane / patches_in_block, lane % patches_in_block};
}

/// values = the patch of a row, zero behind the row's end. Paired: the width is even, and a pair is one access.
template <bool Paired, typename T>
__device__ inline void load_patch(const T* row, int width, Patch patch, float (&values)[patch_elements]) {
  AGSWEEP_UNROLL
  for (int word = 0; word < 4; ++word) {
    float pair[2] = {0.0F, 0.0F};
    const int column = patch.column(word, 0);
    if constexpr (Paired) {
      if (column < width) load(row + column, pair);
    } else {
      if (column < width) pair[0] = as_float(row[column]);
      if (column + 1 < width) pair[1] = as_float(row[column + 1]);
    }
    values[2 * word] = pair[0];
    values[2 * word + 1] = pair[1];
  }
}

template <bool Paired, typename T>
__device__ inline void store_patch(T* row, int width, Patch patch, const float (&values)[patch_elements]) {
  AGSWEEP_UNROLL
  for (int word = 0; word < 4; ++word) {
    const float pair[2] = {values[2 * word], values[2 * word + 1]};
    const int column = patch.column(word, 0);
    if constexpr (Paired) {
      if (column < width) store(row + column, pair);
    } else {
      if (column < width) row[column] = rounded<T>(pair[0]);
      if (column + 1 < width) row[column + 1] = rounded<T>(pair[1]);
    }
  }
}

/// values *= the mask's factors, where there is dropout.
__device__ inline void apply_mask(const DropoutMask& mask, std::int64_t row, int width, Patch patch, float (&values)[patch_elements]) {
  if (!mask.active()) return;
  const int blocks_in_row = (width + static_cast<int>(dropout_block) - 1) / static_cast<int>(dropout_block);
  const auto block = static_cast<std::uint32_t>(row) * static_cast<std::uint32_t>(blocks_in_row) + static_cast<std::uint32_t>(patch.block);
  AGSWEEP_UNROLL
  for (int element = 0; element < 2; ++element) {
    float factors[4];
    mask.draw(block, static_cast<std::uint32_t>(2 * patch.pair + element), factors);
    AGSWEEP_UNROLL
    for (int word = 0; word < 4; ++word) values[2 * word + element] *= factors[word];
  }
}

}  // namespace agsweep::gpu
