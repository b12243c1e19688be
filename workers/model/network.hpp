#pragma once

#include <cstdint>
#include <vector>

#include "workers/model/block.hpp"

namespace agsweep {

/// Probabilities of a zero.
struct DropoutRates {
  double residual = 0;   // behind the embedding, and of each residual update
  double attention = 0;  // of the attention probabilities
  double adapter = 0;    // of the adapters' inputs
};

/// A causal classifier as one pass sees it: views of its weights, trained and frozen, and the places of their gradients.
struct Network {
  std::int64_t width;
  float embedding_scale;
  at::Tensor table;                       // [vocabulary, width] fp32
  at::Tensor positions;                   // [longest, width] fp32
  bool embedding_trained;                 // its gradient is the row-sparse part
  std::int64_t position_offset = frozen;  // [longest, width] of the gradient
  std::int64_t longest;                   // positions
  DropoutRates dropout;                   // in training
  std::vector<Block> blocks;
  Norm norm;
  Linear head;  // fp32: a few classes cost nothing, and the loss sees unrounded logits

  bool below_blocks_trained() const { return embedding_trained || position_offset != frozen; }
};

}  // namespace agsweep
