#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "workers/kernels/dropout.hpp"
#include "workers/reduce/gradient.hpp"  // RowSparse

namespace agsweep {

/// out[token] = dropout(table[token id] * scale + positions[position in its sequence]).
struct Embedding {
  std::span<const std::int32_t> tokens;   // [tokens]
  std::span<const std::int32_t> offsets;  // [sequences + 1]
  std::int64_t width;
  float scale;             // sqrt(width) in Vaswani et al. 2017
  const float* table;      // [vocabulary, width]
  const float* positions;  // [longest, width]
  Dropout dropout;
};

void embedding_forward(const Embedding& embedding, float* out);  // out: [tokens, width]

/// The table's gradient: one row for each distinct token, ascending, each the sum over its places in order.
/// @param d_out  [tokens, width], the gradient of the forward pass's out
void embedding_backward(const Embedding& embedding, const float* d_out, RowSparse& gradient);

/// The position vectors' gradient, where they are trained: each the sum over its sequences in order.
/// @param gradient  [longest, width], written
void position_backward(const Embedding& embedding, const float* d_out, std::int64_t longest, float* gradient);

/// The positional encoding of Vaswani et al. 2017, 3.5: sine at even, cosine at odd channels, base 10,000. [length, width]
std::vector<float> sinusoidal_positions(std::int64_t length, std::int64_t width);

}  // namespace agsweep
