#include "workers/kernels/attention.hpp"

#include <algorithm>  // std::max, std::fill
#include <cmath>      // std::sqrt

#include "workers/kernels/dropout_factors.hpp"
#include "workers/kernels/lane_math.hpp"
#include "workers/kernels/small_gemm.hpp"

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
  heads.reserve(shape.key_offsets.size() * static_cast<std::size_t>(shape.heads));
  std::int64_t saved = 0;
  std::int64_t mask_row = 0;
  for (std::size_t sequence = 0; sequence + 1 < shape.key_offsets.size(); ++sequence) {
    for (std::int64_t index = 0; index < shape.heads; ++index) {
      heads.push_back({.queries = shape.query_offsets[sequence + 1] - shape.query_offsets[sequence],
                       .keys = shape.key_offsets[sequence + 1] - shape.key_offsets[sequence],
                       .width = shape.head_width,
                       .first_query = shape.query_offsets[sequence],
                       .first_key = shape.key_offsets[sequence],
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

std::int64_t longest(std::span<const std::int32_t> offsets) {
  std::int64_t length = 0;
  for (std::size_t i = 0; i + 1 < offsets.size(); ++i) length = std::max<std::int64_t>(length, offsets[i + 1] - offsets[i]);
  return round_up(length, lane_count);
}

/// Rows of the dropout mask: whole generator blocks, as many as the longest sequence needs.
class ProbabilityMask {
 public:
  explicit ProbabilityMask(const AttentionShape& shape)
      : dropout_(shape.dropout),
        stride_(round_up(longest(shape.key_offsets), dropout_block)),
        factors_(static_cast<std::size_t>(stride_)) {}

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

template <typename Act>
AGSWEEP_INLINE void forward(const AttentionShape& shape, HeadRows<const Act> q, HeadRows<const Act> k, HeadRows<const Act> v,
                            HeadRows<Act> out, float* saved, AttentionScratch& scratch) {
  const std::int64_t length = longest(shape.key_offsets);
  const std::int64_t rows = length * round_up(shape.head_width, lane_count);
  ProbabilityMask mask(shape);
  Pieces pieces(scratch.room(5 * rows + length * length));
  float* queries = pieces.take(rows);
  float* keys = pieces.take(rows);
  float* keys_transposed = pieces.take(rows);
  float* values = pieces.take(rows);
  float* mixed = pieces.take(rows);
  float* dropped = pieces.take(length * length);
  for (const Head& head : heads_of(shape)) {
    gather(q, head.first_query, head.column, head.queries, head.width, score_scale(shape), queries);
    gather(k, head.first_key, head.column, head.keys, head.width, 1.0F, keys);
    gather(v, head.first_key, head.column, head.keys, head.width, 1.0F, values);
    transpose(keys, head.keys, head.padded_width(), keys_transposed);
    float* probabilities = saved + head.saved;
    multiply_causal(head, queries, keys_transposed, probabilities);
    for (std::int64_t query = 0; query < head.queries; ++query) {
      softmax(probabilities + query * head.padded_keys(), head.position(query) + 1, head.padded_keys());
    }
    if (mask.active()) mask.apply(head, probabilities, dropped);
    weigh_keys(head, mask.active() ? dropped : probabilities, values, mixed);
    scatter(mixed, out, head.first_query, head.column, head.queries, head.width, 1.0F);
  }
}

template <typename Act>
AGSWEEP_INLINE void backward(const AttentionShape& shape, HeadRows<const Act> q, HeadRows<const Act> k, HeadRows<const Act> v,
                             HeadRows<const Act> d_out, const float* saved, HeadRows<Act> d_q, HeadRows<Act> d_k, HeadRows<Act> d_v,
                             AttentionScratch& scratch) {
  const std::int64_t length = longest(shape.key_offsets);
  const std::int64_t rows = length * round_up(shape.head_width, lane_count);
  Pieces pieces(scratch.room(6 * rows + 2 * length * length));
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
    gather(q, head.first_query, head.column, head.queries, head.width, scale, queries);
    gather(k, head.first_key, head.column, head.keys, head.width, 1.0F, keys);
    gather(v, head.first_key, head.column, head.keys, head.width, 1.0F, values);
    gather(d_out, head.first_query, head.column, head.queries, head.width, 1.0F, d_mixed);
    transpose(values, head.keys, head.padded_width(), values_transposed);
    const float* probabilities = saved + head.saved;
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
    scatter(gradient, d_v, head.first_key, head.column, head.keys, head.width, 1.0F);
    weigh_keys(head, d_scores, keys, gradient);
    scatter(gradient, d_q, head.first_query, head.column, head.queries, head.width, scale);
    weigh_queries(head, d_scores, queries, gradient);
    scatter(gradient, d_k, head.first_key, head.column, head.keys, head.width, 1.0F);
  }
}

}  // namespace

std::int64_t AttentionShape::saved_size() const {
  const std::vector<Head> list = heads_of(*this);
  return list.empty() ? 0 : list.back().saved + list.back().queries * list.back().padded_keys();
}

AGSWEEP_SIMD void attention_forward(const AttentionShape& shape, HeadRows<const float> q, HeadRows<const float> k, HeadRows<const float> v,
                                    HeadRows<float> out, float* saved, AttentionScratch& scratch) {
  forward<float>(shape, q, k, v, out, saved, scratch);
}
AGSWEEP_SIMD void attention_forward(const AttentionShape& shape, HeadRows<const BFloat16> q, HeadRows<const BFloat16> k,
                                    HeadRows<const BFloat16> v, HeadRows<BFloat16> out, float* saved, AttentionScratch& scratch) {
  forward<BFloat16>(shape, q, k, v, out, saved, scratch);
}
AGSWEEP_SIMD void attention_backward(const AttentionShape& shape, HeadRows<const float> q, HeadRows<const float> k, HeadRows<const float> v,
                                     HeadRows<const float> d_out, const float* saved, HeadRows<float> d_q, HeadRows<float> d_k,
                                     HeadRows<float> d_v, AttentionScratch& scratch) {
  backward<float>(shape, q, k, v, d_out, saved, d_q, d_k, d_v, scratch);
}
AGSWEEP_SIMD void attention_backward(const AttentionShape& shape, HeadRows<const BFloat16> q, HeadRows<const BFloat16> k,
                                     HeadRows<const BFloat16> v, HeadRows<const BFloat16> d_out, const float* saved, HeadRows<BFloat16> d_q,
                                     HeadRows<BFloat16> d_k, HeadRows<BFloat16> d_v, AttentionScratch& scratch) {
  backward<BFloat16>(shape, q, k, v, d_out, saved, d_q, d_k, d_v, scratch);
}

}  // namespace agsweep
