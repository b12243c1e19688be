#pragma once

#include "workers/kernels/cuda/attention_tiles.cuh"

namespace agsweep::gpu {

inline constexpr int forward_threads = 32 * tile_fragments;

/// Blocks of a multiprocessor, as many as its registers allow without spills.
template <int D>
inline constexpr int forward_blocks = D <= 64   ? 4
                                      : D <= 80 ? 3
                                                : 2;
template <int D>
inline constexpr int forward_shared = static_cast<int>(2 * tile_rows * row_stride<D> * sizeof(BFloat16) +
                                                       tile_rows * (score_stride + 2) * sizeof(float));

/// A warp's strip of 16 queries: half a warp a row, of which each lane has four columns, 16 apart, as a lane of the dropout's generator
/// has.
struct Strip {
  float* scores;   // [16, score_stride]
  float* largest;  // [16], of a row's scores so far, times scale
  float* sum;      // [16], of 2^(scaled score - largest)
  float scale;     // of scores, for exponentials in base 2
  int first;       // its first query
  int half;
  int lane;

  static constexpr int steps = fragment_rows / 2;
  /// Four rows apart, both halves' scores lie in different banks.
  __device__ int row(int step) const { return step / 4 * 8 + step % 4 + 4 * half; }
  __device__ bool sees(int row, int tile, int word) const { return tile * tile_rows + 16 * word + lane <= first + row; }
  __device__ float scaled(int row, int word) const { return scores[row * score_stride + 16 * word + lane] * scale; }
  __device__ BFloat16* weights() const { return reinterpret_cast<BFloat16*>(scores); }  // [16, weight_stride]
};

/// Takes a tile's scores into a strip's largest scores and sums.
__device__ inline void add_exponentials(const Strip& strip, int tile) {
  for (int step = 0; step < Strip::steps; ++step) {
    const int row = strip.row(step);
    const float before = strip.largest[row];
    float x[4];
    float largest = before;
    for (int word = 0; word < 4; ++word) {
      x[word] = strip.sees(row, tile, word) ? strip.scaled(row, word) : -INFINITY;
      largest = fmaxf(largest, x[word]);
    }
    for (int flip = 8; flip > 0; flip /= 2) largest = fmaxf(largest, __shfl_xor_sync(~0U, largest, flip));
    float sum = 0;
    for (float value : x) sum += exp2f(value - largest);
    for (int flip = 8; flip > 0; flip /= 2) sum += __shfl_xor_sync(~0U, sum, flip);
    __syncwarp();  // all have read the row's largest score
    if (strip.lane == 0) {
      strip.sum[row] = strip.sum[row] * exp2f(before - largest) + sum;
      strip.largest[row] = largest;
    }
  }
  __syncwarp();
}

/// scores = queries keys^T, unscaled, for the first `fragments` of the tile's.
template <int D>
__device__ inline void multiply_keys(const Left<wmma::row_major> (&queries)[D / 16], const BFloat16* keys, int fragments, float* scores) {
  for (int i = 0; i < fragments; ++i) {
    Sum sum;
    wmma::fill_fragment(sum, 0.0F);
    AGSWEEP_UNROLL
    for (int d = 0; d < D / 16; ++d) {
      Right<wmma::col_major> right;
      load_fragment(right, keys + i * 16 * row_stride<D> + d * 16, row_stride<D>);
      wmma::mma_sync(sum, queries[d], right, sum);
    }
    wmma::store_matrix_sync(scores + i * 16, sum, score_stride, wmma::mem_row_major);
  }
  __syncwarp();
}

/// The strip's scores become dropped probabilities in bf16, each row in the place of its scores.
__device__ inline void weigh(const HeadLayout& layout, const DropoutMask& mask, const HeadTile& place, const Strip& strip, int tile) {
  for (int step = 0; step < Strip::steps; ++step) {
    const int row = strip.row(step);
    const float log_sum = strip.largest[row];
    float factors[4];
    probability_factors(layout, mask, place, strip.first + row, tile, strip.lane, factors);
    float x[4];
    for (int word = 0; word < 4; ++word) {
      x[word] = strip.sees(row, tile, word) ? exp2f(strip.scaled(row, word) - log_sum) * factors[word] : 0.0F;
    }
    __syncwarp();
    for (int word = 0; word < 4; ++word) strip.weights()[row * weight_stride + 16 * word + strip.lane] = rounded<BFloat16>(x[word]);
  }
  __syncwarp();
}

/// A block a tile of 64 queries of a head, a warp a strip of 16. Two passes over the tiles of keys: the first for the softmax's sums, the
/// second, backwards, for the output, so that nothing is rescaled and the last tile, often the only one, is read and multiplied once.
///
/// GPT-2's 12 heads of width 64, 192 sequences, 10,000 tokens: reads q, k, v and writes out, 61 MB, 20 us at 3 TB/s. Products 2.1 GFLOP
/// in whole tiles, 5 us at a twentieth of an H100's peak; 2.2 M generator calls of about 100 instructions, 7 us of all schedulers.
/// @param log_sums  [heads, query_rows]
template <int D>
__global__ void __launch_bounds__(forward_threads, forward_blocks<D>)
    attention_forward_tiles(HeadLayout layout, HeadRows<const BFloat16> q, HeadRows<const BFloat16> k, HeadRows<const BFloat16> v,
                            HeadRows<BFloat16> out, float* log_sums) {
  AGSWEEP_DYNAMIC_SHARED(char, memory);
  const HeadTile place = tile_of_block(layout);
  if (place.behind) return clear_rows(out, layout, place, place.first_query, layout.query_rows);
  if (place.tile * tile_rows >= place.queries) return;

  const int thread = static_cast<int>(threadIdx.x);
  const int warp = thread / 32;
  auto* keys = reinterpret_cast<BFloat16*>(memory);
  BFloat16* values = keys + tile_rows * row_stride<D>;
  auto* scores = reinterpret_cast<float*>(values + tile_rows * row_stride<D>);
  auto* sums = scores + tile_rows * score_stride;
  const Strip strip{.scores = scores + warp * fragment_rows * score_stride,
                    .largest = sums + warp * fragment_rows,
                    .sum = sums + tile_rows + warp * fragment_rows,
                    .scale = layout.scale * log2_of_e,
                    .first = place.tile * tile_rows + warp * fragment_rows,
                    .half = thread % 32 / 16,
                    .lane = thread % 16};
  const int rows = place.queries - strip.first;  // at most 0: the warp only helps to load
  const DropoutMask mask(layout.dropout);
  const auto load_tile = [&](const HeadRows<const BFloat16>& from, int tile, BFloat16* to) {
    load_rows<D, tile_rows, forward_threads>(layout, from, place.head, place.first_query + tile * tile_rows,
                                             place.queries - tile * tile_rows, thread, to);
  };
  // Of its own tile a strip sees the keys up to its own.
  const auto fragments_seen = [&](int tile) { return tile == place.tile ? warp + 1 : tile_fragments; };

  load_tile(k, 0, keys);
  if (place.tile == 0) load_tile(v, 0, values);
  Left<wmma::row_major> queries[D / 16];
  auto* query_rows = reinterpret_cast<BFloat16*>(strip.scores);
  load_rows<D, fragment_rows, 32>(layout, q, place.head, place.first_query + strip.first, rows, thread % 32, query_rows);
  __syncwarp();
  AGSWEEP_UNROLL
  for (int d = 0; d < D / 16; ++d) load_fragment(queries[d], query_rows + d * 16, row_stride<D>);

  if (thread % 32 < fragment_rows) {
    strip.largest[thread % 32] = -INFINITY;
    strip.sum[thread % 32] = 0;
  }
  for (int tile = 0;; ++tile) {
    __syncthreads();
    if (rows > 0) {
      multiply_keys<D>(queries, keys, fragments_seen(tile), strip.scores);
      add_exponentials(strip, tile);
    }
    if (tile == place.tile) break;
    __syncthreads();
    load_tile(k, tile + 1, keys);
    if (tile + 1 == place.tile) load_tile(v, tile + 1, values);
  }

  if (thread % 32 < fragment_rows && thread % 32 < rows) {
    const int row = thread % 32;
    strip.largest[row] += log2f(strip.sum[row]);  // from here on the logarithm of the sum
    log_sums[place.head * layout.query_rows + place.first_query + strip.first + row] = strip.largest[row] / log2_of_e;
  }
  __syncwarp();

  Sum mixed[D / 16];
  AGSWEEP_UNROLL
  for (Sum& sum : mixed) wmma::fill_fragment(sum, 0.0F);
  for (int tile = place.tile;; --tile) {
    if (rows > 0) {
      weigh(layout, mask, place, strip, tile);
      for (int i = 0; i < fragments_seen(tile); ++i) {
        Left<wmma::row_major> weights;
        load_fragment(weights, strip.weights() + i * 16, weight_stride);
        AGSWEEP_UNROLL
        for (int d = 0; d < D / 16; ++d) {
          Right<wmma::row_major> right;
          load_fragment(right, values + i * 16 * row_stride<D> + d * 16, row_stride<D>);
          wmma::mma_sync(mixed[d], weights, right, mixed[d]);
        }
      }
    }
    if (tile == 0) break;
    __syncthreads();
    load_tile(k, tile - 1, keys);
    load_tile(v, tile - 1, values);
    __syncthreads();
    if (rows > 0) multiply_keys<D>(queries, keys, tile_fragments, strip.scores);
  }
  __syncwarp();
  if (rows <= 0) return;
  AGSWEEP_UNROLL
  for (int d = 0; d < D / 16; ++d) {
    store_fragment(layout, mixed[d], 1.0F, strip.scores, rows, out, place.head, place.first_query + strip.first, d * 16);
  }
}

}  // namespace agsweep::gpu
