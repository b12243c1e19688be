#pragma once

#include <cstdint>

#include <ATen/ATen.h>

#include "workers/device/batch.hpp"
#include "workers/device/workspace.hpp"
#include "workers/kernels/dropout.hpp"
#include "workers/model/attention.hpp"
#include "workers/model/linear.hpp"
#include "workers/model/norm.hpp"

namespace agsweep {

/// One pre-norm transformer block: x += dropout(attention(norm1 x)); x += dropout(ffn(norm2 x)), causal, GELU.
///
/// A block hands on its residual stream and the FFN's output apart, since adding that output is fused with the next norm.
struct Block {
  std::int64_t heads;
  bool gelu_by_tanh;  // GPT-2's approximation; else exact
  Norm norm1;
  Linear qkv;
  Linear out;
  Norm norm2;
  Linear up;
  Linear down;
};

/// The dropout layers of a block, and of what comes before it.
struct BlockDropouts {
  Dropout update;  // of the block before, or none
  Dropout probabilities;
  Dropout attention;
  Dropout qkv, last_query, out, up, down;  // of the adapters' inputs
};

/// Which rows of a packed batch a block works on.
struct BlockRows {
  const Batch& batch;
  bool last_token_only;  // the model's last block: queries, attention and FFN for one token a row
};

/// What a block reads of the block before.
struct BlockInput {
  at::Tensor residual;  // [tokens, width] fp32
  at::Tensor update;    // [tokens, width], still to be added; undefined in the first block
};

/// What the backward pass needs of a block.
struct BlockTape {
  NormTape norm1;
  LinearTape qkv;    // of a last block: k and v alone
  LinearTape query;  // of a last block
  AttentionTape attention;
  LinearTape out;
  NormTape norm2;
  LinearTape up;
  LinearTape down;  // y: the update that the next norm adds; x is undefined where the weights are frozen

  BlockInput output() const { return {norm2.residual, down.y}; }  // of a last block: [rows of the batch, width]
};

/// @param backward_follows  false: of the tape only output() is whole
BlockTape block_forward(const Block& block, const BlockRows& rows, const BlockDropouts& dropouts, const BlockInput& input,
                        bool backward_follows, Workspace& workspace);

/// What the block before needs of a backward pass.
struct BlockGradient {
  at::Tensor d_residual;  // [tokens, width] fp32, of the residual stream before the block
  at::Tensor d_update;    // [tokens, width], of the update that came in; undefined in the first block
};

/// @param d_residual   [queries, width] fp32, the gradient of the residual stream behind the block; overwritten
/// @param d_down       [queries, width], the gradient of tape.down.y
/// @param wants_input  false: nothing before the block is trained, so only weights' gradients are computed
BlockGradient block_backward(const Block& block, const BlockRows& rows, const BlockTape& tape, const at::Tensor& d_residual,
                             const at::Tensor& d_down, bool wants_input, const at::Tensor& dense, Workspace& workspace);

}  // namespace agsweep
