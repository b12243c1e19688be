#pragma once

#include "workers/kernels/cuda/row_patch.cuh"

namespace agsweep::gpu {

enum class DropInto { replace, add };

/// to = dropout(from), or to += that, [rows, width]. A thread a patch of a row. Reads and writes each element once.
template <typename Act, DropInto Into, bool Paired>
__global__ void __launch_bounds__(256)
    drop_rows_kernel(DropoutLayer layer, int width, std::uint32_t row_patches, std::uint32_t patches, const Act* from, Act* to) {
  const std::uint32_t index = blockIdx.x * 256 + threadIdx.x;
  if (index >= patches) return;
  const std::uint32_t row = index / row_patches;
  const std::uint32_t in_row = index % row_patches;
  const Patch patch{static_cast<int>(in_row) / patches_in_block, static_cast<int>(in_row) % patches_in_block};
  const std::int64_t begin = std::int64_t{row} * width;
  float values[patch_elements];
  load_patch<Paired>(from + begin, width, patch, values);
  apply_mask(DropoutMask(layer), row, width, patch, values);
  if constexpr (Into == DropInto::add) {
    float old[patch_elements];
    load_patch<Paired>(to + begin, width, patch, old);
    AGSWEEP_UNROLL
    for (int e = 0; e < patch_elements; ++e) values[e] += old[e];
  }
  store_patch<Paired>(to + begin, width, patch, values);
}

template <DropInto Into, typename Act>
void drop_rows(Stream stream, const Dropout& dropout, std::int64_t rows, std::int64_t width, const Act* from, Act* to) {
  const std::int64_t row_patches = divide_up(width, dropout_block) * patches_in_block;
  const std::int64_t patches = rows * row_patches;
  launch(stream, width % 2 == 0 ? drop_rows_kernel<Act, Into, true> : drop_rows_kernel<Act, Into, false>, blocks(divide_up(patches, 256)),
         256, 0, DropoutLayer(dropout), static_cast<int>(width), static_cast<std::uint32_t>(row_patches),
         static_cast<std::uint32_t>(patches), from, to);
}

}  // namespace agsweep::gpu
