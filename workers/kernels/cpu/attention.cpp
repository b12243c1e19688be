#include <algorithm>  // std::max, std::fill
#include <cmath>      // std::sqrt

#include "workers/kernels/cpu/cpu_kernels.hpp"
#include "workers/kernels/cpu/dropout_factors.hpp"
#include "workers/kernels/cpu/simd.hpp"
#include "workers/kernels/cpu/small_gemm.hpp"

namespace agsweep {

namespace {

/// One head of one sequence: its sizes, and where its rows begin.
struct Head {
  std::int64_t queries;
  std::int64_t keys;
  std::int64_t width;
  std::int64_t first_query;  // row of q, out and their gradients
  std::int64_t first_key;    // row of k, v and their gradients
  std::int64_t column;       // first column of this head
  std::int64_t saved;        // where its probabilities begin
  std::int64_t mask_row;     // dropout's row of its first query

  std::int64_t padded_keys() const { return round_up(keys, lane_count); }
  std::int64_t padded_width() const { return round_up(width, lane_count); }
  /// The last key that query i may see.
  std::int64_t position(std::int64_t query) const { return keys - queries + query; }
  /// The first query that may see key j.
  std::int64_t first_query_of(std::int64_t key) const { return std::max<std::int64_t>(0, key - (keys - queries)); }
};

/// The heads of each sequence, in the order in which their probabilities are saved.
std::vector<Head> heads_of(const AttentionShape& shape) {
  std::vector<Head> heads;
  heads.reserve(shape.keys.offsets.size() * static_cast<std::size_t>(shape.heads));
  std::int64_t saved = 0;
  std::int64_t mask_row = 0;
  for (std::size_t sequence = 0; sequence + 1 < shape.keys.offsets.size(); ++sequence) {
    for (std::int64_t index = 0; index < shape.heads; ++index) {
      heads.push_back({.queries = shape.queries.offsets[sequence + 1] - shape.queries.offsets[sequence],
                       .keys = shape.keys.offsets[sequence + 1] - shape.keys.offsets[sequence],
                       .width = shape.head_width,
                       .first_query = shape.queries.offsets[sequence],
                       .first_key = shape.keys.offsets[sequence],
                       .column = index * shape.head_width,
                       .saved = saved,
                       .mask_row = mask_row});
      mask_row += heads.back().queries;
      saved += heads.back().queries * heads.back().padded_keys();
    }
  }
  return heads;
}

/// to[rows, padded_width] = from * scale, zeros behind the head's width.
template <typename Act>
AGSWEEP_INLINE void gather(const HeadRows<const Act>& from, std::int64_t first_row, std::int64_t column, std::int64_t rows,
                           std::int64_t width, float scale, float* to) {
  const std::int64_t padded = round_up(width, lane_count);
  for (std::int64_t row = 0; row < rows; ++row) {
    const Act* source = from.data + (first_row + row) * from.stride + column;
    for (std::int64_t i = 0; i < width; ++i) to[row * padded + i] = to_float(source[i]) * scale;
    std::fill(to + row * padded + width, to + (row + 1) * padded, 0.0F);
  }
}

template <typename Act>
AGSWEEP_INLINE void scatter(const float* from, const HeadRows<Act>& to, std::int64_t first_row, std::int64_t column, std::int64_t rows,
                            std::int64_t width, float scale) {
  const std::int64_t padded = round_up(width, lane_count);
  for (std::int64_t row = 0; row < rows; ++row) {
    Act* target = to.data + (first_row + row) * to.stride + column;
    for (std::int64_t i = 0; i < width; ++i) assign(target[i], from[row * padded + i] * scale);
  }
}

/// to[columns, padded_rows] = from[rows, columns] transposed, zeros behind the rows.
AGSWEEP_INLINE void transpose(const float* from, std::int64_t rows, std::int64_t columns, float* to) {
  const std::int64_t padded_rows = round_up(rows, lane_count);
  for (std::int64_t column = 0; column < columns; ++column) {
    for (std::int64_t row = 0; row < rows; ++row) to[column * padded_rows + row] = from[row * columns + column];
    std::fill(to + column * padded_rows + rows, to + (column + 1) * padded_rows, 0.0F);
  }
}

/// product[queries, padded_keys] = left[queries, width] right[width, padded_keys], as far as a query may see.
AGSWEEP_INLINE void multiply_causal(const Head& head, const float* left, const float* right, float* product) {
  const std::int64_t padded_width = head.padded_width();
  const std::int64_t padded_keys = head.padded_keys();
  for (std::int64_t query = 0; query < head.queries; query += gemm_block_rows) {
    const std::int64_t rows = std::min(gemm_block_rows, head.queries - query);
    const std::int64_t columns = round_up(head.position(query + rows - 1) + 1, lane_count);
    small_gemm({left + query * padded_width, padded_width, 1}, right, padded_keys, product + query * padded_keys, padded_keys, rows,
               columns, 0, head.width);
  }
}

/// product[queries, width] = weights[queries, keys seen] right[keys seen, width].
AGSWEEP_INLINE void weigh_keys(const Head& head, const float* weights, const float* right, float* product) {
  const std::int64_t padded_width = head.padded_width();
  const std::int64_t padded_keys = head.padded_keys();
  for (std::int64_t query = 0; query < head.queries; query += gemm_block_rows) {
    const std::int64_t rows = std::min(gemm_block_rows, head.queries - query);
    small_gemm({weights + query * padded_keys, padded_keys, 1}, right, padded_width, product + query * padded_width, padded_width, rows,
               padded_width, 0, head.position(query + rows - 1) + 1);
  }
}

/// product[keys, width] = weights^T[keys, queries that see it] right[queries, width].
AGSWEEP_INLINE void weigh_queries(const Head& head, const float* weights, const float* right, float* product) {
  const std::int64_t padded_width = head.padded_width();
  const std::int64_t padded_keys = head.padded_keys();
  for (std::int64_t key = 0; key < head.keys; key += gemm_block_rows) {
    const std::int64_t rows = std::min(gemm_block_rows, head.keys - key);
    small_gemm({weights + key, 1, padded_keys}, right, padded_width, product + key * padded_width, padded_width, rows, padded_width,
               head.first_query_of(key), head.queries);
  }
}

/// scores -> probabilities in place; zero where a query may not see.
AGSWEEP_INLINE void softmax(float* scores, std::int64_t seen, std::int64_t padded_keys) {
  float largest = scores[0];
  for (std::int64_t key = 1; key < seen; ++key) largest = std::max(largest, scores[key]);
  for (std::int64_t key = seen; key < padded_keys; ++key) scores[key] = -1e30F;
  FloatLanes sums{};
  for (std::int64_t key = 0; key < padded_keys; key += lane_count) {
    auto values = load_lanes<FloatLanes>(scores + key) - largest;
    exp_lanes(values);
    sums += values;
    store_lanes(scores + key, values);
  }
  const float scale = 1.0F / sum_of(sums);
  for (std::int64_t key = 0; key < padded_keys; ++key) scores[key] *= scale;
}

/// d_scores = probabilities * (d_probabilities - their weighted mean), in place of d_probabilities; zero where a query may not see.
AGSWEEP_INLINE void softmax_backward(const float* probabilities, float* d, std::int64_t seen, std::int64_t padded_keys) {
  std::fill(d + seen, d + padded_keys, 0.0F);
  FloatLanes products{};
  for (std::int64_t key = 0; key < padded_keys; key += lane_count) {
    products += load_lanes<FloatLanes>(probabilities + key) * load_lanes<FloatLanes>(d + key);
  }
  const float mean = sum_of(products);
  for (std::int64_t key = 0; key < padded_keys; ++key) d[key] = probabilities[key] * (d[key] - mean);
}

/// Rows of the dropout mask.
class ProbabilityMask {
 public:
  explicit ProbabilityMask(const AttentionShape& shape)
      : dropout_(shape.dropout), stride_(round_up(shape.keys.longest, dropout_block)), factors_(static_cast<std::size_t>(stride_)) {}

  bool active() const { return dropout_.active(); }

  /// to = from times the head's factors, [queries, padded_keys]; may be in place.
  AGSWEEP_INLINE void apply(const Head& head, const float* from, float* to) {
    const std::int64_t padded_keys = head.padded_keys();
    float* factors = factors_.data();
    for (std::int64_t query = 0; query < head.queries; ++query) {
      const std::int64_t first = (head.mask_row + query) * stride_;
      for (std::int64_t key = 0; key < padded_keys; key += dropout_block) dropout_factors(dropout_, first + key, factors + key);
      for (std::int64_t key = 0; key < padded_keys; ++key) to[query * padded_keys + key] = from[query * padded_keys + key] * factors[key];
    }
  }

 private:
  Dropout dropout_;
  std::int64_t stride_;
  std::vector<float> factors_;
};

float score_scale(const AttentionShape& shape) { return 1.0F / std::sqrt(static_cast<float>(shape.head_width)); }

/// Hands out pieces of the scratch space.
class Pieces {
 public:
  explicit Pieces(float* begin) : next_(begin) {}
  float* take(std::int64_t floats) {
    float* piece = next_;
    next_ += floats;
    return piece;
  }

 private:
  float* next_;
};

/// Rows behind the last sequence.
template <typename Act>
void zero_rows_behind(const Sequences& sequences, std::int64_t width, const HeadRows<Act>& to) {
  for (std::int64_t row = sequences.offsets.back(); row < sequences.rows; ++row) std::fill_n(to.data + row * to.stride, width, Act{});
}

std::int64_t padded_length(const AttentionShape& shape) { return round_up(shape.keys.longest, lane_count); }
std::int64_t forward_scratch(const AttentionShape& shape) {
  const std::int64_t length = padded_length(shape);
  return 5 * length * round_up(shape.head_width, lane_count) + length * length;
}
std::int64_t backward_scratch(const AttentionShape& shape) {
  const std::int64_t length = padded_length(shape);
  return 6 * length * round_up(shape.head_width, lane_count) + 2 * length * length;
}

/// @param scratch  [forward_scratch()]
template <typename Act>
AGSWEEP_INLINE void forward(const AttentionForward<Act>& pass, float* scratch) {
  const AttentionShape& shape = pass.shape;
  const std::int64_t length = padded_length(shape);
  const std::int64_t rows = length * round_up(shape.head_width, lane_count);
  ProbabilityMask mask(shape);
  Pieces pieces(scratch);
  float* queries = pieces.take(rows);
  float* keys = pieces.take(rows);
  float* keys_transposed = pieces.take(rows);
  float* values = pieces.take(rows);
  float* mixed = pieces.take(rows);
  float* dropped = pieces.take(length * length);
  for (const Head& head : heads_of(shape)) {
    gather(pass.q, head.first_query, head.column, head.queries, head.width, score_scale(shape), queries);
    gather(pass.k, head.first_key, head.column, head.keys, head.width, 1.0F, keys);
    gather(pass.v, head.first_key, head.column, head.keys, head.width, 1.0F, values);
    transpose(keys, head.keys, head.padded_width(), keys_transposed);
    float* probabilities = pass.saved + head.saved;
    multiply_causal(head, queries, keys_transposed, probabilities);
    for (std::int64_t query = 0; query < head.queries; ++query) {
      softmax(probabilities + query * head.padded_keys(), head.position(query) + 1, head.padded_keys());
    }
    if (mask.active()) mask.apply(head, probabilities, dropped);
    weigh_keys(head, mask.active() ? dropped : probabilities, values, mixed);
    scatter(mixed, pass.out, head.first_query, head.column, head.queries, head.width, 1.0F);
  }
  zero_rows_behind(shape.queries, shape.width(), pass.out);
}

/// @param scratch  [backward_scratch()]
template <typename Act>
AGSWEEP_INLINE void backward(const AttentionBackward<Act>& pass, float* scratch) {
  const AttentionShape& shape = pass.shape;
  const std::int64_t length = padded_length(shape);
  const std::int64_t rows = length * round_up(shape.head_width, lane_count);
  Pieces pieces(scratch);
  float* queries = pieces.take(rows);
  float* keys = pieces.take(rows);
  float* values = pieces.take(rows);
  float* values_transposed = pieces.take(rows);
  float* d_mixed = pieces.take(rows);
  float* gradient = pieces.take(rows);
  float* d_scores = pieces.take(length * length);
  float* dropped = pieces.take(length * length);
  ProbabilityMask mask(shape);
  const float scale = score_scale(shape);
  for (const Head& head : heads_of(shape)) {
    gather(pass.q, head.first_query, head.column, head.queries, head.width, scale, queries);
    gather(pass.k, head.first_key, head.column, head.keys, head.width, 1.0F, keys);
    gather(pass.v, head.first_key, head.column, head.keys, head.width, 1.0F, values);
    gather(pass.d_out, head.first_query, head.column, head.queries, head.width, 1.0F, d_mixed);
    transpose(values, head.keys, head.padded_width(), values_transposed);
    const float* probabilities = pass.saved + head.saved;
    multiply_causal(head, d_mixed, values_transposed, d_scores);
    if (mask.active()) {
      mask.apply(head, probabilities, dropped);
      mask.apply(head, d_scores, d_scores);
    }
    for (std::int64_t query = 0; query < head.queries; ++query) {
      const std::int64_t row = query * head.padded_keys();
      softmax_backward(probabilities + row, d_scores + row, head.position(query) + 1, head.padded_keys());
    }
    weigh_queries(head, mask.active() ? dropped : probabilities, d_mixed, gradient);
    scatter(gradient, pass.d_v, head.first_key, head.column, head.keys, head.width, 1.0F);
    weigh_keys(head, d_scores, keys, gradient);
    scatter(gradient, pass.d_q, head.first_query, head.column, head.queries, head.width, scale);
    weigh_queries(head, d_scores, queries, gradient);
    scatter(gradient, pass.d_k, head.first_key, head.column, head.keys, head.width, 1.0F);
  }
  zero_rows_behind(shape.queries, shape.width(), pass.d_q);
  zero_rows_behind(shape.keys, shape.width(), pass.d_k);
  zero_rows_behind(shape.keys, shape.width(), pass.d_v);
}

AGSWEEP_SIMD void forward_fp32(const AttentionForward<float>& pass, float* scratch) { forward(pass, scratch); }
AGSWEEP_SIMD void forward_bf16(const AttentionForward<BFloat16>& pass, float* scratch) { forward(pass, scratch); }
AGSWEEP_SIMD void backward_fp32(const AttentionBackward<float>& pass, float* scratch) { backward(pass, scratch); }
AGSWEEP_SIMD void backward_bf16(const AttentionBackward<BFloat16>& pass, float* scratch) { backward(pass, scratch); }

}  // namespace

std::int64_t CpuKernels::attention_saved_size(const AttentionShape& shape) const {
  const std::vector<Head> list = heads_of(shape);
  return list.empty() ? 0 : list.back().saved + list.back().queries * list.back().padded_keys();
}

void CpuKernels::attention_forward(const AttentionForward<float>& pass) { forward_fp32(pass, scratch(forward_scratch(pass.shape))); }
void CpuKernels::attention_forward(const AttentionForward<BFloat16>& pass) { forward_bf16(pass, scratch(forward_scratch(pass.shape))); }
void CpuKernels::attention_backward(const AttentionBackward<float>& pass) { backward_fp32(pass, scratch(backward_scratch(pass.shape))); }
void CpuKernels::attention_backward(const AttentionBackward<BFloat16>& pass) { backward_bf16(pass, scratch(backward_scratch(pass.shape))); }

}  // namespace agsweep
