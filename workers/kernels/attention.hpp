#pragma once

#include <cstdint>

#include "workers/kernels/dropout.hpp"
#include "workers/kernels/sequences.hpp"

namespace agsweep {

/// Causal multi-head attention over packed sequences, softmax(q k^T / sqrt(head_width)) v (Vaswani et al. 2017), without padding.
/// A sequence's queries are its last positions: all of them, or in a model's last block just one, since only the last token is read.
/// A GPU is fast where all queries have the keys' own offsets, or where queries.longest is 1.
struct AttentionShape {
  std::int64_t heads;
  std::int64_t head_width;
  Sequences queries;
  Sequences keys;        // as many sequences
  Dropout dropout = {};  // of the probabilities. Row `query` of head h of a sequence with n queries, the first of them at row f of q, has
                         // the mask row heads * f + h * n + query, of round_up(keys.longest, dropout_block) elements

  std::int64_t width() const { return heads * head_width; }
};

/// Rows of heads x head_width, `stride` elements apart, so that q, k and v may be columns of one matrix.
template <typename T>
struct HeadRows {
  T* data;
  std::int64_t stride;
};

template <typename Act>
struct AttentionForward {
  AttentionShape shape;
  HeadRows<const Act> q;  // [queries.rows, width]
  HeadRows<const Act> k;  // [keys.rows, width]
  HeadRows<const Act> v;  // [keys.rows, width]
  HeadRows<Act> out;      // [queries.rows, width]; zero behind the last sequence
  float* saved;           // [Kernels::attention_saved_size()], for the backward pass
};

/// Rows behind the last sequence of each gradient are zero: they must not bring garbage into a weight's gradient.
template <typename Act>
struct AttentionBackward {
  AttentionShape shape;
  HeadRows<const Act> q;
  HeadRows<const Act> k;
  HeadRows<const Act> v;
  HeadRows<const Act> out;
  HeadRows<const Act> d_out;
  const float* saved;
  HeadRows<Act> d_q;
  HeadRows<Act> d_k;
  HeadRows<Act> d_v;
};

}  // namespace agsweep
