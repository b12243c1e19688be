#pragma once

#include "workers/kernels/cuda/attention_shared.cuh"

namespace agsweep::gpu {

// Attention by a warp a row, in fp32 arithmetic: for fp32, and for sequences that have a single query, the last blocks of models, where
// tiles would stay empty. A lane has every 32nd key for the scores, and every 32nd column for the sums over keys.

inline constexpr int rows_of_block = 16;
inline constexpr int row_threads = 128;  // at most

/// A warp's shared memory: two rows of a head, and two rows of scores.
struct RowScratch {
  float* first;    // [widest_head]
  float* second;   // [widest_head]
  float* weights;  // [length]
  float* scores;   // [length]

  __device__ inline RowScratch(char* memory, int length)
      : first(reinterpret_cast<float*>(memory) + threadIdx.x / 32 * static_cast<unsigned>(floats(length))),
        second(first + widest_head),
        weights(second + widest_head),
        scores(weights + length) {}
  __host__ __device__ static constexpr int floats(int length) { return 2 * widest_head + 2 * length; }
};

__device__ inline int lane_of_thread() { return static_cast<int>(threadIdx.x) % 32; }

__device__ inline float warp_largest(float value) {
  for (int flip = warp_size / 2; flip > 0; flip /= 2) value = fmaxf(value, __shfl_xor_sync(~0U, value, flip));
  return value;
}

template <typename Act>
__device__ inline void stage_row(const HeadLayout& layout, const Act* from, float scale, float* to) {
  for (int i = lane_of_thread(); i < layout.head_width; i += 32) to[i] = as_float(from[i]) * scale;
}

template <typename Act>
__device__ inline float dot(const HeadLayout& layout, const float* left, const Act* right) {
  constexpr int size = Chunk<Act>::size;
  float sum = 0;
  if (layout.wide) {
    for (int column = 0; column < layout.head_width; column += size) {
      const Chunk<Act> chunk = *reinterpret_cast<const Chunk<Act>*>(right + column);
      for (int i = 0; i < size; ++i) sum += left[column + i] * as_float(chunk.value[i]);
    }
  } else {
    for (int column = 0; column < layout.head_width; ++column) sum += left[column] * as_float(right[column]);
  }
  return sum;
}

/// to = scale * (the sum of weights[i] * row i), i in [begin, end), in order.
template <typename Act>
__device__ inline void weigh_rows(const HeadLayout& layout, const float* weights, const HeadRows<const Act>& rows, int head,
                                  std::int64_t first, int begin, int end, float scale, Act* to) {
  for (int column = lane_of_thread(); column < layout.head_width; column += 32) {
    const Act* row = head_row(rows, layout, head, first) + column;
    float sum = 0;
    AGSWEEP_UNROLL
    for (int i = begin; i < end; ++i) sum += weights[i] * as_float(row[i * rows.stride]);
    to[column] = rounded<Act>(sum * scale);
  }
}

/// Visits the elements [0, seen) of a query's mask with their factors, each by the lane that draws it.
template <typename Visit>
__device__ inline void each_factor(const HeadLayout& layout, const DropoutMask& mask, const HeadTile& place, int query, int seen,
                                   const Visit& visit) {
  const int lane = lane_of_thread() % 16;
  for (int block = lane_of_thread() / 16; block * mask_block < seen; block += 2) {
    float factors[4];
    probability_factors(layout, mask, place, query, block, lane, factors);
    for (int word = 0; word < 4; ++word) {
      const int key = block * mask_block + 16 * word + lane;
      if (key < seen) visit(key, factors[word]);
    }
  }
}

template <typename Act>
__global__ void __launch_bounds__(row_threads, 5)
    attention_forward_rows(HeadLayout layout, int length, HeadRows<const Act> q, HeadRows<const Act> k, HeadRows<const Act> v,
                           HeadRows<Act> out, float* log_sums) {
  AGSWEEP_DYNAMIC_SHARED(char, memory);
  const HeadTile place = tile_of_block(layout);
  if (place.behind) return clear_rows(out, layout, place, place.first_query, layout.query_rows);
  const RowScratch scratch(memory, length);
  const DropoutMask mask(layout.dropout);
  const int lane = lane_of_thread();
  const int end = smaller(place.queries, (place.tile + 1) * rows_of_block);
  for (int query = place.tile * rows_of_block + static_cast<int>(threadIdx.x) / 32; query < end;
       query += static_cast<int>(blockDim.x) / 32) {
    const int seen = place.keys - place.queries + query + 1;
    const std::int64_t row = place.first_query + query;
    stage_row(layout, head_row(q, layout, place.head, row), layout.scale, scratch.first);
    __syncwarp();
    float largest = -INFINITY;
    for (int key = lane; key < seen; key += 32) {
      const float score = dot(layout, scratch.first, head_row(k, layout, place.head, place.first_key + key));
      scratch.scores[key] = score;
      largest = fmaxf(largest, score);
    }
    largest = warp_largest(largest);
    float sum = 0;
    for (int key = lane; key < seen; key += 32) {
      scratch.scores[key] = expf(scratch.scores[key] - largest);
      sum += scratch.scores[key];
    }
    sum = warp_sum(sum);
    if (lane == 0) log_sums[place.head * layout.query_rows + row] = largest + logf(sum);
    __syncwarp();
    each_factor(layout, mask, place, query, seen, [&](int key, float factor) { scratch.weights[key] = scratch.scores[key] * factor; });
    __syncwarp();
    weigh_rows(layout, scratch.weights, v, place.head, place.first_key, 0, seen, seen > 0 ? 1.0F / sum : 0.0F,
               head_row(out, layout, place.head, row));
    __syncwarp();
  }
}

/// d_q; with OneQuery, each sequence's only one, d_k and d_v too, which are multiples of its q and d_out.
template <typename Act, bool OneQuery>
__global__ void __launch_bounds__(row_threads) attention_backward_queries(HeadLayout layout, int length, AttentionBackward<Act> pass) {
  AGSWEEP_DYNAMIC_SHARED(char, memory);
  const HeadTile place = tile_of_block(layout);
  if (place.behind) {
    clear_rows(pass.d_q, layout, place, place.first_query, layout.query_rows);
    clear_rows(pass.d_k, layout, place, place.first_key, layout.key_rows);
    clear_rows(pass.d_v, layout, place, place.first_key, layout.key_rows);
    return;
  }
  const RowScratch scratch(memory, length);
  const DropoutMask mask(layout.dropout);
  const int lane = lane_of_thread();
  const int end = smaller(place.queries, (place.tile + 1) * rows_of_block);
  for (int query = place.tile * rows_of_block + static_cast<int>(threadIdx.x) / 32; query < end;
       query += static_cast<int>(blockDim.x) / 32) {
    const int seen = place.keys - place.queries + query + 1;
    const std::int64_t row = place.first_query + query;
    stage_row(layout, head_row(pass.q, layout, place.head, row), layout.scale, scratch.first);
    stage_row(layout, head_row(pass.d_out, layout, place.head, row), 1.0F, scratch.second);
    __syncwarp();
    const Act* out = head_row(pass.out, layout, place.head, row);
    float mean = 0;
    for (int column = lane; column < layout.head_width; column += 32) mean += as_float(out[column]) * scratch.second[column];
    mean = warp_sum(mean);
    const float log_sum = pass.saved[place.head * layout.query_rows + row];
    for (int key = lane; key < seen; key += 32) {
      const std::int64_t at = place.first_key + key;
      scratch.weights[key] = expf(dot(layout, scratch.first, head_row(pass.k, layout, place.head, at)) - log_sum);
      scratch.scores[key] = dot(layout, scratch.second, head_row(pass.v, layout, place.head, at));
    }
    __syncwarp();
    each_factor(layout, mask, place, query, seen, [&](int key, float factor) {
      scratch.scores[key] = scratch.weights[key] * (scratch.scores[key] * factor - mean);
      scratch.weights[key] *= factor;
    });
    __syncwarp();
    weigh_rows(layout, scratch.scores, pass.k, place.head, place.first_key, 0, seen, layout.scale,
               head_row(pass.d_q, layout, place.head, row));
    if constexpr (OneQuery) {
      AGSWEEP_UNROLL
      for (int key = 0; key < seen; ++key) {
        Act* d_key = head_row(pass.d_k, layout, place.head, place.first_key + key);
        Act* d_value = head_row(pass.d_v, layout, place.head, place.first_key + key);
        for (int column = lane; column < layout.head_width; column += 32) {
          d_key[column] = rounded<Act>(scratch.scores[key] * scratch.first[column]);
          d_value[column] = rounded<Act>(scratch.weights[key] * scratch.second[column]);
        }
      }
    }
    __syncwarp();
  }
}

/// d_k and d_v, a warp a key: the lanes have the queries that see it.
template <typename Act>
__global__ void __launch_bounds__(row_threads) attention_backward_keys(HeadLayout layout, int length, AttentionBackward<Act> pass) {
  AGSWEEP_DYNAMIC_SHARED(char, memory);
  const HeadTile place = tile_of_block(layout);
  if (place.behind) return;
  const RowScratch scratch(memory, length);
  const DropoutMask mask(layout.dropout);
  const int lane = lane_of_thread();
  const int end = smaller(place.keys, (place.tile + 1) * rows_of_block);
  for (int key = place.tile * rows_of_block + static_cast<int>(threadIdx.x) / 32; key < end; key += static_cast<int>(blockDim.x) / 32) {
    const std::int64_t row = place.first_key + key;
    stage_row(layout, head_row(pass.k, layout, place.head, row), layout.scale, scratch.first);
    stage_row(layout, head_row(pass.v, layout, place.head, row), 1.0F, scratch.second);
    __syncwarp();
    const int first = larger(0, key - (place.keys - place.queries));
    for (int query = first + lane; query < place.queries; query += 32) {
      const std::int64_t at = place.first_query + query;
      const Act* out = head_row(pass.out, layout, place.head, at);
      const Act* d_out = head_row(pass.d_out, layout, place.head, at);
      float mean = 0;
      for (int column = 0; column < layout.head_width; ++column) mean += as_float(out[column]) * as_float(d_out[column]);
      const float probability =
          expf(dot(layout, scratch.first, head_row(pass.q, layout, place.head, at)) - pass.saved[place.head * layout.query_rows + at]);
      float factors[4];
      probability_factors(layout, mask, place, query, key / mask_block, key % 16, factors);
      const float factor = factors[key % mask_block / 16];
      scratch.weights[query] = probability * factor;
      scratch.scores[query] = probability * (dot(layout, scratch.second, d_out) * factor - mean);
    }
    __syncwarp();
    weigh_rows(layout, scratch.scores, pass.q, place.head, place.first_query, first, place.queries, layout.scale,
               head_row(pass.d_k, layout, place.head, row));
    weigh_rows(layout, scratch.weights, pass.d_out, place.head, place.first_query, first, place.queries, 1.0F,
               head_row(pass.d_v, layout, place.head, row));
    __syncwarp();
  }
}

}  // namespace agsweep::gpu
