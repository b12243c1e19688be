#pragma once

#include "workers/kernels/cuda/row_patch.cuh"
#include "workers/kernels/embedding.hpp"

namespace agsweep::gpu {

/// Embedding's fields as kernels take them.
struct EmbeddingView {
  const std::int32_t* tokens;
  const std::int32_t* offsets;
  int sequences;
  int rows;
  int width;
  float scale;
  const float* table;
  const float* positions;
  DropoutLayer dropout;

  explicit EmbeddingView(const Embedding& embedding)
      : tokens(embedding.tokens.data()),
        offsets(embedding.sequences.offsets.data()),
        sequences(static_cast<int>(embedding.sequences.count())),
        rows(static_cast<int>(embedding.sequences.rows)),
        width(static_cast<int>(embedding.width)),
        scale(embedding.scale),
        table(embedding.table),
        positions(embedding.positions),
        dropout(embedding.dropout) {}
};

inline constexpr int embedding_warps = 8;

/// The sequence that the row belongs to; a warp asks together. The last of those that begin at or before the row: none of the others that
/// begin there has rows.
__device__ inline int sequence_of(const EmbeddingView& embedding, int row) {
  const int lane = static_cast<int>(threadIdx.x) % warp_size;
  int begun = 0;
  for (int first = 0; first < embedding.sequences; first += warp_size) {
    const bool begins = first + lane < embedding.sequences && embedding.offsets[first + lane] <= row;
    const unsigned votes = __ballot_sync(~0U, begins);
    begun += __popc(votes);
    if (votes != ~0U) break;
  }
  return begun - 1;
}

/// out[row] = dropout(table[token] * scale + positions[position]), zero behind the last sequence. A warp a row. Reads two rows of floats
/// and writes one.
template <bool Paired>
__global__ void __launch_bounds__(embedding_warps* warp_size) embedding_forward_kernel(EmbeddingView embedding, float* out) {
  const int row = static_cast<int>(blockIdx.x) * embedding_warps + static_cast<int>(threadIdx.x) / warp_size;
  if (row >= embedding.rows) return;
  const int width = embedding.width;
  const bool used = row < embedding.offsets[embedding.sequences];
  const float* token = nullptr;
  const float* position = nullptr;
  if (used) {
    const int in_sequence = row - embedding.offsets[sequence_of(embedding, row)];
    token = embedding.table + std::int64_t{embedding.tokens[row]} * width;
    position = embedding.positions + std::int64_t{in_sequence} * width;
  }
  const DropoutMask mask(embedding.dropout);
  for (int i = 0; i * warp_elements < width; ++i) {
    const Patch patch = lane_patch(i);
    float values[patch_elements] = {};
    if (used) {
      float added[patch_elements];
      load_patch<Paired>(token, width, patch, values);
      load_patch<Paired>(position, width, patch, added);
      AGSWEEP_UNROLL
      for (int e = 0; e < patch_elements; ++e) values[e] = values[e] * embedding.scale + added[e];
      apply_mask(mask, row, width, patch, values);
    }
    store_patch<Paired>(out + std::int64_t{row} * width, width, patch, values);
  }
}

/// sum += dropout's backward pass, times scale, of every step-th candidate's row of d_out, in a warp's patches of 256 columns.
/// @param row_of  a candidate's row, below 0: none
template <bool Paired, typename RowOf>
__device__ inline void add_rows(const EmbeddingView& embedding, const DropoutMask& mask, const float* d_out, float scale, int first,
                                int end, int step, const RowOf& row_of, float (&sum)[patch_elements]) {
  const Patch patch = lane_patch(static_cast<int>(blockIdx.y));
  AGSWEEP_UNROLL_4
  for (int candidate = first; candidate < end; candidate += step) {
    const int row = row_of(candidate);
    if (row < 0) continue;
    float d[patch_elements];
    load_patch<Paired>(d_out + std::int64_t{row} * embedding.width, embedding.width, patch, d);
    AGSWEEP_UNROLL
    for (int e = 0; e < patch_elements; ++e) d[e] *= scale;
    apply_mask(mask, row, embedding.width, patch, d);
    AGSWEEP_UNROLL
    for (int e = 0; e < patch_elements; ++e) sum[e] += d[e];
  }
}

/// gradient[256 columns] = the sums of the block's warps, added in order.
__device__ inline void combine_warps(const float (&sum)[patch_elements], int width, float* gradient) {
  AGSWEEP_SHARED(float, sums, embedding_warps* warp_elements);
  const auto thread = static_cast<int>(threadIdx.x);
  AGSWEEP_UNROLL
  for (int e = 0; e < patch_elements; ++e) {
    sums[thread / warp_size * warp_elements + lane_patch(0).column(e / 2, e % 2)] = sum[e];
  }
  __syncthreads();
  static_assert(embedding_warps * warp_size == warp_elements, "a thread a column");
  const int column = static_cast<int>(blockIdx.y) * warp_elements + thread;
  float total = 0;
  AGSWEEP_UNROLL
  for (int warp = 0; warp < embedding_warps; ++warp) total += sums[warp * warp_elements + thread];
  if (column < width) gradient[column] = total;
  __syncthreads();  // the sums may be written again
}

inline constexpr int places_of_a_warp = 16;

/// A block has 256 columns of the gradient of eight listed tokens: each warp those of one, then the block those of each token that has many
/// places. Frequent tokens have low numbers; those of a block lie far from each other. Reads each row of d_out once, writes the listed
/// rows.
template <bool Paired>
__global__ void __launch_bounds__(embedding_warps* warp_size)
    embedding_backward_kernel(EmbeddingView embedding, const std::int32_t* places, const std::int32_t* begins, int listed,
                              const float* d_out, float* gradient) {
  const DropoutMask mask(embedding.dropout);
  const auto place_of = [&](int place) { return places[place]; };
  const auto warp = static_cast<int>(threadIdx.x) / warp_size;
  const auto token_of = [&](int index) { return static_cast<int>(blockIdx.x + index * gridDim.x); };
  const auto row_of = [&](int token) { return gradient + std::int64_t{token} * embedding.width; };
  if (token_of(warp) < listed) {
    const int begin = begins[token_of(warp)];
    const int end = begins[token_of(warp) + 1];
    if (end - begin <= places_of_a_warp) {
      float sum[patch_elements] = {};
      add_rows<Paired>(embedding, mask, d_out, embedding.scale, begin, end, 1, place_of, sum);
      store_patch<Paired>(row_of(token_of(warp)), embedding.width, lane_patch(static_cast<int>(blockIdx.y)), sum);
    }
  }
  for (int index = 0; index < embedding_warps && token_of(index) < listed; ++index) {
    const int begin = begins[token_of(index)];
    const int end = begins[token_of(index) + 1];
    if (end - begin <= places_of_a_warp) continue;
    float sum[patch_elements] = {};
    add_rows<Paired>(embedding, mask, d_out, embedding.scale, begin + warp, end, embedding_warps, place_of, sum);
    combine_warps(sum, embedding.width, row_of(token_of(index)));
  }
}

/// A block has 256 columns of a position's gradient. Reads each row of d_out once and writes the positions.
template <bool Paired>
__global__ void __launch_bounds__(embedding_warps* warp_size)
    position_backward_kernel(EmbeddingView embedding, const float* d_out, float* gradient) {
  const auto position = static_cast<int>(blockIdx.x);
  const auto row_of = [&](int sequence) {
    const int row = embedding.offsets[sequence] + position;
    return row < embedding.offsets[sequence + 1] ? row : -1;
  };
  float sum[patch_elements] = {};
  add_rows<Paired>(embedding, DropoutMask(embedding.dropout), d_out, 1.0F, static_cast<int>(threadIdx.x) / warp_size, embedding.sequences,
                   embedding_warps, row_of, sum);
  combine_warps(sum, embedding.width, gradient + std::int64_t{position} * embedding.width);
}

inline void embedding_forward(Stream stream, const Embedding& embedding, float* out) {
  launch(stream, embedding.width % 2 == 0 ? embedding_forward_kernel<true> : embedding_forward_kernel<false>,
         blocks(divide_up(embedding.sequences.rows, embedding_warps)), embedding_warps * warp_size, 0, EmbeddingView(embedding), out);
}

inline void embedding_backward(Stream stream, const Embedding& embedding, const TokenPlaces& places, const float* d_out, float* gradient) {
  launch(stream, embedding.width % 2 == 0 ? embedding_backward_kernel<true> : embedding_backward_kernel<false>,
         blocks(divide_up(places.count(), embedding_warps), divide_up(embedding.width, warp_elements)), embedding_warps * warp_size, 0,
         EmbeddingView(embedding), places.places.data(), places.begins.data(), static_cast<int>(places.count()), d_out, gradient);
}

inline void position_backward(Stream stream, const Embedding& embedding, const float* d_out, std::int64_t positions, float* gradient) {
  launch(stream, embedding.width % 2 == 0 ? position_backward_kernel<true> : position_backward_kernel<false>,
         blocks(positions, divide_up(embedding.width, warp_elements)), embedding_warps * warp_size, 0, EmbeddingView(embedding), d_out,
         gradient);
}

}  // namespace agsweep::gpu
