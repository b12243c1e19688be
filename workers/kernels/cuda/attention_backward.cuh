#pragma once

#include "workers/kernels/cuda/attention_tiles.cuh"

namespace agsweep::gpu {

inline constexpr int backward_warps = 2 * tile_fragments;  // for each strip of 16 queries or keys, two
inline constexpr int backward_threads = 32 * backward_warps;

/// Blocks of a multiprocessor, as many as its registers allow without spills.
template <int D>
inline constexpr int backward_blocks = D <= 96 ? 2 : 1;
template <int D>
inline constexpr int backward_shared = static_cast<int>(4 * tile_rows * row_stride<D> * sizeof(BFloat16) +
                                                        2 * tile_rows * (score_stride + 1) * sizeof(float));
static_assert(backward_shared<widest_head> <= 99 * 1024);
inline constexpr int patch_floats = tile_rows * score_stride / backward_warps;  // of the scores' memory, a warp's own
static_assert(patch_floats >= fragment_rows * patch_stride);

/// A block's shared memory.
template <int D>
struct BackwardTiles {
  BFloat16* q;       // [64, row_stride], of a tile of queries
  BFloat16* d_out;   // like q
  BFloat16* k;       // [64, row_stride], of a tile of keys
  BFloat16* v;       // like k
  float* scores;     // [64, score_stride], then the weights in the same rows, then patches
  float* d_weights;  // [64, score_stride], then the scores' gradient in the same rows
  float* log_sum;    // [64], of a query's exponentials, in base 2
  float* mean;       // [64], out . d_out: the probabilities' mean of their gradient

  __device__ explicit BackwardTiles(char* memory)
      : q(reinterpret_cast<BFloat16*>(memory)),
        d_out(q + tile_rows * row_stride<D>),
        k(d_out + tile_rows * row_stride<D>),
        v(k + tile_rows * row_stride<D>),
        scores(reinterpret_cast<float*>(v + tile_rows * row_stride<D>)),
        d_weights(scores + tile_rows * score_stride),
        log_sum(d_weights + tile_rows * score_stride),
        mean(log_sum + tile_rows) {}

  __device__ BFloat16* weights() const { return reinterpret_cast<BFloat16*>(scores); }      // [64, weight_stride], after dropout
  __device__ BFloat16* d_scores() const { return reinterpret_cast<BFloat16*>(d_weights); }  // [64, weight_stride], unscaled
};

template <int D>
__device__ inline void load_tile(const HeadLayout& layout, const HeadRows<const BFloat16>& from, int head, int first, int length, int tile,
                                 BFloat16* to) {
  load_rows<D, tile_rows, backward_threads>(layout, from, head, first + tile * tile_rows, length - tile * tile_rows,
                                            static_cast<int>(threadIdx.x), to);
}

/// log_sum and mean of a tile's queries, four threads each; zeros behind the sequence.
template <int D>
__device__ inline void load_sums(const HeadLayout& layout, const HeadTile& place, int tile, const AttentionBackward<BFloat16>& pass,
                                 const BackwardTiles<D>& tiles) {
  constexpr int size = Chunk<BFloat16>::size;
  const int row = static_cast<int>(threadIdx.x) / 4;
  const int query = tile * tile_rows + row;
  float mean = 0;
  float log_sum = 0;
  if (query < place.queries) {
    const std::int64_t at = place.first_query + query;
    log_sum = pass.saved[place.head * layout.query_rows + at] * log2_of_e;
    const BFloat16* out = head_row(pass.out, layout, place.head, at);
    const BFloat16* d_out = head_row(pass.d_out, layout, place.head, at);
    AGSWEEP_UNROLL
    for (int column = static_cast<int>(threadIdx.x) % 4 * size; column < D; column += 4 * size) {
      if (column >= layout.head_width) break;
      const auto left = *reinterpret_cast<const Chunk<BFloat16>*>(out + column);
      const auto right = *reinterpret_cast<const Chunk<BFloat16>*>(d_out + column);
      for (int i = 0; i < size; ++i) mean += as_float(left.value[i]) * as_float(right.value[i]);
    }
  }
  for (int flip = 2; flip > 0; flip /= 2) mean += __shfl_xor_sync(~0U, mean, flip);
  if (threadIdx.x % 4 == 0) {
    tiles.log_sum[row] = log_sum;
    tiles.mean[row] = mean;
  }
}

/// product[16, 16] = left[16, D] right[16, D]^T.
template <int D>
__device__ inline void multiply_transposed(const BFloat16* left, const BFloat16* right, float* product) {
  Sum sum;
  wmma::fill_fragment(sum, 0.0F);
  AGSWEEP_UNROLL
  for (int d = 0; d < D / 16; ++d) {
    Left<wmma::row_major> a;
    Right<wmma::col_major> b;
    load_fragment(a, left + d * 16, row_stride<D>);
    load_fragment(b, right + d * 16, row_stride<D>);
    wmma::mma_sync(sum, a, b, sum);
  }
  wmma::store_matrix_sync(product, sum, score_stride, wmma::mem_row_major);
}

/// tiles.weights() and d_scores() of a tile of queries by a tile of keys that lie in `tiles`. Begins and ends with the block together,
/// and nobody may still read them when it begins.
template <int D>
__device__ inline void weigh_tile(const HeadLayout& layout, const HeadTile& place, int query_tile, int key_tile,
                                  const BackwardTiles<D>& tiles) {
  const int warp = static_cast<int>(threadIdx.x) / 32;
  const int rows = place.queries - query_tile * tile_rows;

  // A warp multiplies half of a strip of queries: two fragments of keys.
  const int strip = warp % tile_fragments;
  const int begin = warp / tile_fragments * 2;
  const int end = strip * fragment_rows >= rows ? 0 : query_tile == key_tile ? smaller(begin + 2, strip + 1) : begin + 2;
  for (int i = begin; i < end; ++i) {
    const int query = strip * fragment_rows * row_stride<D>;
    const int key = i * fragment_rows * row_stride<D>;
    const int product = strip * fragment_rows * score_stride + i * fragment_rows;
    multiply_transposed<D>(tiles.q + query, tiles.k + key, tiles.scores + product);
    multiply_transposed<D>(tiles.d_out + query, tiles.v + key, tiles.d_weights + product);
  }
  __syncthreads();

  const DropoutMask mask(layout.dropout);  // read again for each tile: registers are scarcer
  // Half a warp has a row at a time, a lane four of its columns, 16 apart, as a lane of the dropout's generator has. The two rows of a
  // warp are four apart, so that their scores lie in different banks.
  const int lane = static_cast<int>(threadIdx.x) % 16;
  const int first_row = warp / 4 * 8 + warp % 4 + static_cast<int>(threadIdx.x) % 32 / 16 * 4;
  for (int i = 0; i * fragment_rows < smaller(rows, tile_rows); ++i) {
    const int row = first_row + i * fragment_rows;
    float factors[4];
    probability_factors(layout, mask, place, query_tile * tile_rows + row, key_tile, lane, factors);
    float weights[4];
    float d_scores[4];
    for (int word = 0; word < 4; ++word) {
      const int column = 16 * word + lane;
      const bool sees = key_tile * tile_rows + column <= query_tile * tile_rows + row;
      const float score = tiles.scores[row * score_stride + column] * (layout.scale * log2_of_e);
      const float probability = sees ? exp2f(score - tiles.log_sum[row]) : 0.0F;
      weights[word] = probability * factors[word];
      d_scores[word] = sees ? probability * (tiles.d_weights[row * score_stride + column] * factors[word] - tiles.mean[row]) : 0.0F;
    }
    __syncwarp();
    for (int word = 0; word < 4; ++word) {
      tiles.weights()[row * weight_stride + 16 * word + lane] = rounded<BFloat16>(weights[word]);
      tiles.d_scores()[row * weight_stride + 16 * word + lane] = rounded<BFloat16>(d_scores[word]);
    }
  }
  __syncthreads();
}

/// A block a tile of a head, of 64 positions: first as keys, whose gradients are sums over the tiles of queries behind them, then as
/// queries over the tiles of keys before. A sequence of one tile, the usual case, has its weights computed once; else those between two
/// tiles are computed twice, so that no two blocks add to one sum, and the bits repeat.
///
/// GPT-2's 12 heads of width 64, 192 sequences, 10,000 tokens: reads q, k, v, out and d_out, writes d_q, d_k and d_v: 123 MB, 41 us at
/// 3 TB/s. Products 5 GFLOP in whole tiles, 10 us at a twentieth of an H100's peak; 2.2 M generator calls, 7 us of all schedulers.
template <int D>
__global__ void __launch_bounds__(backward_threads, backward_blocks<D>)
    attention_backward_tiles(HeadLayout layout, AttentionBackward<BFloat16> pass) {
  AGSWEEP_DYNAMIC_SHARED(char, memory);
  const HeadTile place = tile_of_block(layout);
  if (place.behind) {
    clear_rows(pass.d_q, layout, place, place.first_query, layout.query_rows);
    clear_rows(pass.d_k, layout, place, place.first_key, layout.key_rows);
    clear_rows(pass.d_v, layout, place, place.first_key, layout.key_rows);
    return;
  }
  if (place.tile * tile_rows >= place.queries) return;

  const BackwardTiles<D> tiles(memory);
  const int warp = static_cast<int>(threadIdx.x) / 32;
  const int strip = warp % tile_fragments;  // of this block's tile, as keys and as queries
  const int half = warp / tile_fragments;
  const int rows = smaller(fragment_rows, place.queries - place.tile * tile_rows - strip * fragment_rows);
  const std::int64_t first = place.first_query + place.tile * tile_rows + strip * fragment_rows;

  // Of a strip's two warps, the first has the keys' gradients and the queries' even fragments, the second the values' and the odd ones.
  constexpr int columns = D / 16;
  constexpr int half_columns = (columns + 1) / 2;
  Sum d_keys[columns];
  Sum d_queries[half_columns];
  AGSWEEP_UNROLL
  for (Sum& sum : d_keys) wmma::fill_fragment(sum, 0.0F);
  AGSWEEP_UNROLL
  for (Sum& sum : d_queries) wmma::fill_fragment(sum, 0.0F);

  // Tiles of queries that see the block's keys, its own last, then tiles of keys that its own queries see.
  for (int step = (place.queries - 1) / tile_rows; step >= 0; --step) {
    const int query_tile = larger(step, place.tile);
    const int key_tile = smaller(step, place.tile);
    if (step >= place.tile) {
      load_tile<D>(layout, pass.q, place.head, place.first_query, place.queries, query_tile, tiles.q);
      load_tile<D>(layout, pass.d_out, place.head, place.first_query, place.queries, query_tile, tiles.d_out);
      load_sums<D>(layout, place, query_tile, pass, tiles);
    }
    if (step < place.tile || query_tile == (place.queries - 1) / tile_rows) {
      load_tile<D>(layout, pass.k, place.head, place.first_query, place.queries, key_tile, tiles.k);
      load_tile<D>(layout, pass.v, place.head, place.first_query, place.queries, key_tile, tiles.v);
    }
    __syncthreads();
    weigh_tile<D>(layout, place, query_tile, key_tile, tiles);
    if (rows > 0 && step >= place.tile) {
      const BFloat16* left = (half == 0 ? tiles.d_scores() : tiles.weights()) + strip * 16;
      const BFloat16* right = half == 0 ? tiles.q : tiles.d_out;
      const int end = smaller(tile_fragments, (place.queries - query_tile * tile_rows + fragment_rows - 1) / fragment_rows);
      for (int i = step == place.tile ? strip : 0; i < end; ++i) {
        Left<wmma::col_major> a;
        load_fragment(a, left + i * 16 * weight_stride, weight_stride);
        AGSWEEP_UNROLL
        for (int d = 0; d < columns; ++d) {
          Right<wmma::row_major> b;
          load_fragment(b, right + i * 16 * row_stride<D> + d * 16, row_stride<D>);
          wmma::mma_sync(d_keys[d], a, b, d_keys[d]);
        }
      }
    }
    if (rows > 0 && step <= place.tile) {
      const int end = step == place.tile ? strip + 1 : tile_fragments;
      for (int i = 0; i < end; ++i) {
        Left<wmma::row_major> a;
        load_fragment(a, tiles.d_scores() + strip * 16 * weight_stride + i * 16, weight_stride);
        AGSWEEP_UNROLL
        for (int d = 0; d < half_columns; ++d) {
          if (2 * d + half >= columns) break;
          Right<wmma::row_major> b;
          load_fragment(b, tiles.k + i * 16 * row_stride<D> + (2 * d + half) * 16, row_stride<D>);
          wmma::mma_sync(d_queries[d], a, b, d_queries[d]);
        }
      }
    }
    __syncthreads();
  }

  float* patch = tiles.scores + warp * patch_floats;
  AGSWEEP_UNROLL
  for (int d = 0; d < columns; ++d) {
    store_fragment(layout, d_keys[d], half == 0 ? layout.scale : 1.0F, patch, rows, half == 0 ? pass.d_k : pass.d_v, place.head, first,
                   d * 16);
  }
  AGSWEEP_UNROLL
  for (int d = 0; d < half_columns; ++d) {
    if (2 * d + half >= columns) break;
    store_fragment(layout, d_queries[d], layout.scale, patch, rows, pass.d_q, place.head, first, (2 * d + half) * 16);
  }
}

}  // namespace agsweep::gpu
