#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "workers/kernels/dropout.hpp"
#include "workers/kernels/element.hpp"

namespace agsweep {

/// Causal multi-head attention over packed sequences, softmax(q k^T / sqrt(head_width)) v (Vaswani et al. 2017), without padding.
/// A sequence's queries are its last positions: all of them, or in a model's last block just one, since only the last token is read.
struct AttentionShape {
  std::int64_t heads;
  std::int64_t head_width;
  std::span<const std::int32_t> query_offsets;  // [sequences + 1]
  std::span<const std::int32_t> key_offsets;    // [sequences + 1]
  Dropout dropout = {};                         // of the probabilities; a mask row for each query of each head of each sequence

  std::int64_t width() const { return heads * head_width; }
  /// Floats that the forward pass leaves for the backward pass.
  std::int64_t saved_size() const;
};

/// Rows of heads x head_width, `stride` elements apart, so that q, k and v may be columns of one matrix.
template <typename T>
struct HeadRows {
  T* data;
  std::int64_t stride;
};

/// Scratch space that grows to the longest sequence; one a thread.
class AttentionScratch {
 public:
  float* room(std::int64_t floats) {
    if (static_cast<std::int64_t>(floats_.size()) < floats) floats_.resize(static_cast<std::size_t>(floats));
    return floats_.data();
  }

 private:
  std::vector<float> floats_;
};

/// @param saved  [saved_size()], the attention probabilities before dropout, for the backward pass
void attention_forward(const AttentionShape& shape, HeadRows<const float> q, HeadRows<const float> k, HeadRows<const float> v,
                       HeadRows<float> out, float* saved, AttentionScratch& scratch);
void attention_forward(const AttentionShape& shape, HeadRows<const BFloat16> q, HeadRows<const BFloat16> k, HeadRows<const BFloat16> v,
                       HeadRows<BFloat16> out, float* saved, AttentionScratch& scratch);

void attention_backward(const AttentionShape& shape, HeadRows<const float> q, HeadRows<const float> k, HeadRows<const float> v,
                        HeadRows<const float> d_out, const float* saved, HeadRows<float> d_q, HeadRows<float> d_k, HeadRows<float> d_v,
                        AttentionScratch& scratch);
void attention_backward(const AttentionShape& shape, HeadRows<const BFloat16> q, HeadRows<const BFloat16> k, HeadRows<const BFloat16> v,
                        HeadRows<const BFloat16> d_out, const float* saved, HeadRows<BFloat16> d_q, HeadRows<BFloat16> d_k,
                        HeadRows<BFloat16> d_v, AttentionScratch& scratch);

}  // namespace agsweep
