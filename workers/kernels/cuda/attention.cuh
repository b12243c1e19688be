#pragma once

#include <algorithm>    // std::max
#include <cmath>        // std::sqrt
#include <stdexcept>    // std::invalid_argument
#include <type_traits>  // std::integral_constant

#include "workers/kernels/cuda/attention_backward.cuh"
#include "workers/kernels/cuda/attention_forward.cuh"
#include "workers/kernels/cuda/attention_rows.cuh"

namespace agsweep::gpu {

/// The logarithms of each query's sum of exponentials, [heads, queries.rows].
inline std::int64_t attention_saved_size(const AttentionShape& shape) { return shape.heads * shape.queries.rows; }

namespace detail {

/// In a model's last block each sequence has one query: rows of a matrix, whose longest sequence is known to be 1.
inline bool has_one_query(const AttentionShape& shape) { return shape.queries.longest == 1; }

template <typename... Acts>
HeadLayout layout_of(const AttentionShape& shape, std::int64_t length, int tile, const HeadRows<Acts>&... rows) {
  if (shape.head_width > widest_head) throw std::invalid_argument("attention's heads are wider than 128");
  const auto chunked = [&]<typename Act>(const HeadRows<Act>& matrix) {
    return all_aligned(16, matrix.data) && matrix.stride * static_cast<std::int64_t>(sizeof(Act)) % 16 == 0 &&
           shape.head_width * static_cast<std::int64_t>(sizeof(Act)) % 16 == 0;
  };
  return {.heads = static_cast<int>(shape.heads),
          .head_width = static_cast<int>(shape.head_width),
          .sequences = static_cast<int>(shape.keys.count()),
          .tiles = static_cast<int>(std::max<std::int64_t>(1, divide_up(length, tile))),  // one clears rows where there is no sequence
          .query_offsets = shape.queries.offsets.data(),
          .key_offsets = shape.keys.offsets.data(),
          .query_rows = shape.queries.rows,
          .key_rows = shape.keys.rows,
          .scale = 1.0F / std::sqrt(static_cast<float>(shape.head_width)),
          .dropout = DropoutLayer(shape.dropout),
          .mask_blocks = static_cast<std::uint32_t>(divide_up(shape.keys.longest, dropout_block)),
          .wide = (chunked(rows) && ...)};
}

/// Whether tiles can do it: rows of 16-byte pieces, and queries at all positions.
inline bool fits_tiles(const HeadLayout& layout, const AttentionShape& shape) {
  return layout.wide && shape.queries.offsets.data() == shape.keys.offsets.data() && !has_one_query(shape);
}

inline dim3 grid_of(const HeadLayout& layout) { return blocks(std::int64_t{layout.tiles} * (layout.sequences + 1) * layout.heads); }

/// Calls `launch_width` with the narrowest width of the kernels that holds a head, as a type.
template <int D, typename Launch>
void with_width(std::int64_t head_width, const Launch& launch_width) {
  if constexpr (D < widest_head) {
    if (head_width > D) return with_width<D + 16>(head_width, launch_width);
  }
  launch_width(std::integral_constant<int, D>{});
}

/// Threads and shared memory of a launch by rows.
struct RowLaunch {
  int length;
  int warps;
  int threads() const { return 32 * warps; }
  std::size_t shared_bytes() const { return static_cast<std::size_t>(warps * RowScratch::floats(length)) * sizeof(float); }
};
inline RowLaunch row_launch(const AttentionShape& shape) {
  const std::int64_t length = std::max(shape.keys.longest, shape.queries.longest);
  return {.length = static_cast<int>(divide_up(length, 32) * 32), .warps = has_one_query(shape) ? 1 : 4};
}

template <typename Act>
void forward_rows(const AttentionForward<Act>& pass, Stream stream) {
  const HeadLayout layout = layout_of(pass.shape, pass.shape.queries.longest, rows_of_block, pass.q, pass.k, pass.v, pass.out);
  const RowLaunch rows = row_launch(pass.shape);
  launch(stream, attention_forward_rows<Act>, grid_of(layout), rows.threads(), rows.shared_bytes(), layout, rows.length, pass.q, pass.k,
         pass.v, pass.out, pass.saved);
}

template <typename Act>
void backward_rows(const AttentionBackward<Act>& pass, Stream stream) {
  const RowLaunch rows = row_launch(pass.shape);
  const auto launch_rows = [&](auto kernel, std::int64_t longest) {
    const HeadLayout layout = layout_of(pass.shape, longest, rows_of_block, pass.q, pass.k, pass.v, pass.out, pass.d_out);
    launch(stream, kernel, grid_of(layout), rows.threads(), rows.shared_bytes(), layout, rows.length, pass);
  };
  if (has_one_query(pass.shape)) return launch_rows(attention_backward_queries<Act, true>, pass.shape.queries.longest);
  launch_rows(attention_backward_queries<Act, false>, pass.shape.queries.longest);
  launch_rows(attention_backward_keys<Act>, pass.shape.keys.longest);
}

}  // namespace detail

inline void attention_forward(const AttentionForward<float>& pass, Stream stream) { detail::forward_rows(pass, stream); }

inline void attention_forward(const AttentionForward<BFloat16>& pass, Stream stream) {
  const HeadLayout layout = detail::layout_of(pass.shape, pass.shape.queries.longest, tile_rows, pass.q, pass.k, pass.v, pass.out);
  if (!detail::fits_tiles(layout, pass.shape)) return detail::forward_rows(pass, stream);
  detail::with_width<16>(pass.shape.head_width, [&]<int D>(std::integral_constant<int, D>) {
    launch(stream, attention_forward_tiles<D>, detail::grid_of(layout), forward_threads, forward_shared<D>, layout, pass.q, pass.k, pass.v,
           pass.out, pass.saved);
  });
}

inline void attention_backward(const AttentionBackward<float>& pass, Stream stream) { detail::backward_rows(pass, stream); }

inline void attention_backward(const AttentionBackward<BFloat16>& pass, Stream stream) {
  const HeadLayout layout = detail::layout_of(pass.shape, pass.shape.queries.longest, tile_rows, pass.q, pass.k, pass.v, pass.out,
                                              pass.d_out, pass.d_q, pass.d_k, pass.d_v);
  if (!detail::fits_tiles(layout, pass.shape)) return detail::backward_rows(pass, stream);
  detail::with_width<16>(pass.shape.head_width, [&]<int D>(std::integral_constant<int, D>) {
    launch(stream, attention_backward_tiles<D>, detail::grid_of(layout), backward_threads, backward_shared<D>, layout, pass);
  });
}

}  // namespace agsweep::gpu
