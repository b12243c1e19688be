#pragma once

#include "workers/kernels/cuda/attention_tiles.cuh"

namespace agsweep::gpu {

inline constexpr int backward_threads = 256;  // for each strip of 16 queries or keys, two warps

template <int D>
inline constexpr int backward_shared = static_cast<int>(4 * tile_rows * row_stride<D> * sizeof(BFloat16) +
                                                        tile_rows * score_stride * sizeof(float) + 2 * tile_rows * sizeof(float));

/// A block's shared memory.
template <int D>
struct BackwardTiles {
  BFloat16* q;      // [64, row_stride], of a tile of queries
  BFloat16* d_out;  // like q
  BFloat16* k;      // [64, row_stride], of a tile of keys
  BFloat16* v;      // like k
  float* scores;    // [64, score_stride]: scores, then the weights' gradient, then both results in bf16, then patches
  float* log_sum;   // [64], of a query's exponentials, in base 2
  float* mean;      // [64], out . d_out: the probabilities' mean of their gradient

  __device__ explicit BackwardTiles(char* memory)
      : q(reinterpret_cast<BFloat16*>(memory)),
        d_out(q + tile_rows * row_stride<D>),
        k(d_out + tile_rows * row_stride<D>),
        v(k + tile_rows * row_stride<D>),
        scores(reinterpret_cast<float*>(v + tile_rows * row_stride<D>)),
        log_sum(scores + tile_rows * score_stride),
        mean(log_sum + tile_rows) {}

  __device__ BFloat16* weights() const { return reinterpret_cast<BFloat16*>(scores); }  // [64, weight_stride], after dropout
  __device__ BFloat16* d_scores() const { return weights() + tile_rows; }               // [64, weight_stride], unscaled
  __device__ float* patch(int warp) const { return scores + warp * (tile_rows * score_stride / 8); }
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
      const Chunk<BFloat16> left = load_chunk(layout, out, column);
      const Chunk<BFloat16> right = load_chunk(layout, d_out, column);
      for (int i = 0; i < size; ++i) mean += as_float(left.value[i]) * as_float(right.value[i]);
    }
  }
  for (int flip = 2; flip > 0; flip /= 2) mean += __shfl_xor_sync(~0U, mean, flip);
  if (threadIdx.x % 4 == 0) {
    tiles.log_sum[row] = log_sum;
    tiles.mean[row] = mean;
  }
}

/// sums[i] = left[16, D] right[16, D]^T of the right's i-th fragment of two.
template <int D>
__device__ inline void multiply_transposed(const BFloat16* left, const BFloat16* right, int fragments, Sum (&sums)[2]) {
  AGSWEEP_UNROLL
  for (Sum& sum : sums) wmma::fill_fragment(sum, 0.0F);
  AGSWEEP_UNROLL
  for (int d = 0; d < D / 16; ++d) {
    Left<wmma::row_major> a;
    load_fragment(a, left + d * 16, row_stride<D>);
    AGSWEEP_UNROLL
    for (int i = 0; i < 2; ++i) {
      if (i >= fragments) break;
      Right<wmma::col_major> b;
      load_fragment(b, right + i * 16 * row_stride<D> + d * 16, row_stride<D>);
      wmma::mma_sync(sums[i], a, b, sums[i]);
    }
  }
}

/// tiles.weights() and d_scores() of a tile of queries by a tile of keys that lie in `tiles`. Begins and ends with the block together,
/// and nobody may still read them when it begins.
template <int D>
__device__ inline void weigh_tile(const HeadLayout& layout, const DropoutMask& mask, const HeadTile& place, int query_tile, int key_tile,
                                  const BackwardTiles<D>& tiles) {
  const int warp = static_cast<int>(threadIdx.x) / 32;
  const int rows = place.queries - query_tile * tile_rows;

  // A warp multiplies half of a strip of queries: two fragments of keys.
  const int strip = warp % tile_fragments;
  const int begin = warp / tile_fragments * 2;
  const int seen = query_tile == key_tile ? strip + 1 : tile_fragments;
  const int fragments = strip * fragment_rows < rows ? smaller(2, larger(0, seen - begin)) : 0;
  const auto store = [&](const Sum(&sums)[2]) {
    AGSWEEP_UNROLL
    for (int i = 0; i < 2; ++i) {
      if (i >= fragments) break;
      wmma::store_matrix_sync(tiles.scores + strip * 16 * score_stride + (begin + i) * 16, sums[i], score_stride, wmma::mem_row_major);
    }
  };
  Sum sums[2];
  multiply_transposed<D>(tiles.q + strip * 16 * row_stride<D>, tiles.k + begin * 16 * row_stride<D>, fragments, sums);
  store(sums);
  __syncthreads();

  // Half a warp has a row at a time, a lane four of its columns, 16 apart, as a lane of the dropout's generator has. The two rows of a
  // warp are four apart, so that their scores lie in different banks.
  const int lane = static_cast<int>(threadIdx.x) % 16;
  const int first_row = warp / 4 * 8 + warp % 4 + static_cast<int>(threadIdx.x) % 32 / 16 * 4;
  const auto sees = [&](int row, int word) { return key_tile * tile_rows + 16 * word + lane <= query_tile * tile_rows + row; };
  float probabilities[tile_fragments][4];
  AGSWEEP_UNROLL
  for (int i = 0; i < tile_fragments; ++i) {
    if (i * fragment_rows >= rows) break;
    const int row = first_row + i * fragment_rows;
    for (int word = 0; word < 4; ++word) {
      const float score = tiles.scores[row * score_stride + 16 * word + lane];
      probabilities[i][word] = sees(row, word) ? exp2f(score * (layout.scale * log2_of_e) - tiles.log_sum[row]) : 0.0F;
    }
  }
  __syncthreads();
  multiply_transposed<D>(tiles.d_out + strip * 16 * row_stride<D>, tiles.v + begin * 16 * row_stride<D>, fragments, sums);
  store(sums);
  __syncthreads();
  AGSWEEP_UNROLL
  for (int i = 0; i < tile_fragments; ++i) {
    if (i * fragment_rows >= rows) break;
    const int row = first_row + i * fragment_rows;
    float factors[4];
    probability_factors(layout, mask, place, query_tile * tile_rows + row, key_tile, lane, factors);
    float d_scores[4];
    for (int word = 0; word < 4; ++word) {
      const float d_weight = tiles.scores[row * score_stride + 16 * word + lane];
      d_scores[word] = sees(row, word) ? probabilities[i][word] * (d_weight * factors[word] - tiles.mean[row]) : 0.0F;
    }
    __syncwarp();
    for (int word = 0; word < 4; ++word) {
      const int at = row * weight_stride + 16 * word + lane;
      tiles.weights()[at] = rounded<BFloat16>(probabilities[i][word] * factors[word]);
      tiles.d_scores()[at] = rounded<BFloat16>(d_scores[word]);
    }
  }
  __syncthreads();
}

/// A block a tile of a head, of 64 positions: first as keys, whose gradients are sums over the tiles of queries behind them, then as
/// queries over the tiles of keys before. A sequence of one tile, the usual case, has its weights computed once; else those between two
/// tiles are computed twice, so that no two blocks add to one sum, and the bits repeat.
///
/// GPT-2's 12 heads of width 64, 192 sequences, 10,000 tokens: reads q, k, v, out and d_out, writes d_q, d_k and d_v: 123 MB, 41 us at
/// 3 TB/s. Products 4.3 GFLOP, 9 us at a twentieth of an H100's peak; 1.1 M generator calls of about 100 instructions, 3 us.
template <int D>
__global__ void __launch_bounds__(backward_threads, D <= 64 ? 3 : 2)
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
  const DropoutMask mask(layout.dropout);
  const int warp = static_cast<int>(threadIdx.x) / 32;
  const int strip = warp % tile_fragments;  // of this block's tile, as keys and as queries
  const int half = warp / tile_fragments;
  const int rows = smaller(fragment_rows, place.queries - place.tile * tile_rows - strip * fragment_rows);
  const std::int64_t first = place.first_query + place.tile * tile_rows + strip * fragment_rows;

  // One half of the warps has the keys' gradients, the other the values'.
  constexpr int columns = D / 16;
  Sum d_keys[columns];
  // Each half has every second fragment of the queries'.
  constexpr int half_columns = (columns + 1) / 2;
  Sum d_queries[half_columns];
  AGSWEEP_UNROLL
  for (Sum& sum : d_keys) wmma::fill_fragment(sum, 0.0F);
  AGSWEEP_UNROLL
  for (Sum& sum : d_queries) wmma::fill_fragment(sum, 0.0F);

  const auto add_to_keys = [&](int tile) {
    if (rows <= 0) return;
    const BFloat16* left = (half == 0 ? tiles.d_scores() : tiles.weights()) + strip * 16;
    const BFloat16* right = half == 0 ? tiles.q : tiles.d_out;
    const int fragments = smaller(tile_fragments, (place.queries - tile * tile_rows + fragment_rows - 1) / fragment_rows);
    for (int i = tile == place.tile ? strip : 0; i < fragments; ++i) {
      Left<wmma::col_major> a;
      load_fragment(a, left + i * 16 * weight_stride, weight_stride);
      AGSWEEP_UNROLL
      for (int d = 0; d < columns; ++d) {
        Right<wmma::row_major> b;
        load_fragment(b, right + i * 16 * row_stride<D> + d * 16, row_stride<D>);
        wmma::mma_sync(d_keys[d], a, b, d_keys[d]);
      }
    }
  };
  const auto add_to_queries = [&](int tile) {
    if (rows <= 0) return;
    const int fragments = tile == place.tile ? strip + 1 : tile_fragments;
    for (int i = 0; i < fragments; ++i) {
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
  };

  load_tile<D>(layout, pass.k, place.head, place.first_key, place.keys, place.tile, tiles.k);
  load_tile<D>(layout, pass.v, place.head, place.first_key, place.keys, place.tile, tiles.v);
  for (int tile = (place.queries - 1) / tile_rows; tile >= place.tile; --tile) {  // the block's own tile last: it stays for the second part
    load_tile<D>(layout, pass.q, place.head, place.first_query, place.queries, tile, tiles.q);
    load_tile<D>(layout, pass.d_out, place.head, place.first_query, place.queries, tile, tiles.d_out);
    load_sums<D>(layout, place, tile, pass, tiles);
    __syncthreads();
    weigh_tile<D>(layout, mask, place, tile, place.tile, tiles);
    add_to_keys(tile);
    if (tile == place.tile) add_to_queries(tile);
    __syncthreads();
  }
  AGSWEEP_UNROLL
  for (int d = 0; d < columns; ++d) {
    store_fragment(layout, d_keys[d], half == 0 ? layout.scale : 1.0F, tiles.patch(warp), rows, half == 0 ? pass.d_k : pass.d_v, place.head,
                   first, d * 16);
  }
  for (int tile = place.tile - 1; tile >= 0; --tile) {
    load_tile<D>(layout, pass.k, place.head, place.first_key, place.keys, tile, tiles.k);
    load_tile<D>(layout, pass.v, place.head, place.first_key, place.keys, tile, tiles.v);
    __syncthreads();
    weigh_tile<D>(layout, mask, place, place.tile, tile, tiles);
    add_to_queries(tile);
    __syncthreads();
  }
  AGSWEEP_UNROLL
  for (int d = 0; d < half_columns; ++d) {
    if (2 * d + half >= columns) break;
    store_fragment(layout, d_queries[d], layout.scale, tiles.patch(warp), rows, pass.d_q, place.head, first, (2 * d + half) * 16);
  }
}

}  // namespace agsweep::gpu
