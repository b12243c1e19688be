#pragma once

#include <cstdint>
#include <span>

#include <ATen/ATen.h>

#include "workers/kernels/dropout.hpp"
#include "workers/model/attention.hpp"
#include "workers/model/linear.hpp"
#include "workers/model/norm.hpp"
#include "workers/model/workspace.hpp"

namespace agsweep {

/// One pre-norm transformer block: x += dropout(attention(norm1 x)); x += dropout(ffn(norm2 x)), causal, exact GELU.
///
/// A block hands on its residual stream and the FFN's output apart, since adding that output is fused with the next norm.
struct Block {
  std::int64_t heads;
  Norm norm1;
  Linear qkv;
  Linear out;
  Norm norm2;
  Linear up;
  Linear down;
};

/// Which rows of a packed batch a block works on.
struct BlockRows {
  std::span<const std::int32_t> offsets;       // [rows + 1], of the tokens
  bool last_token_only;                        // the model's last block: queries, attention and FFN for one token a row
  std::span<const std::int32_t> last_offsets;  // [rows + 1], 0 .. rows
  at::Tensor last_tokens;                      // [rows] int32, each row's last token
};

struct BlockTape {
  NormTape norm1;
  at::Tensor query_input;  // [queries, width], norm1's output for the tokens that ask
  AttentionTape attention;
  NormTape norm2;
  at::Tensor up;    // [queries, ffn]
  at::Tensor gelu;  // [queries, ffn]
  at::Tensor down;  // [queries, width], the update that the next norm adds
};

/// @param residual          [tokens, width] fp32
/// @param update            [tokens, width] the block before's `down`; undefined in the first block
/// @param update_dropout    that update's
/// @param attention_dropout of this block's attention output
BlockTape block_forward(const Block& block, const BlockRows& rows, const at::Tensor& residual, const at::Tensor& update,
                        const Dropout& update_dropout, const Dropout& attention_dropout, Workspace& workspace);

/// @param d_residual  [queries, width] fp32, the gradient of the residual stream behind the block; overwritten
/// @param d_down      [queries, width], the gradient of tape.down
/// @param d_update    [tokens, width], written; undefined in the first block
/// @return the gradient of the residual stream before the block, [tokens, width] fp32
at::Tensor block_backward(const Block& block, const BlockRows& rows, const BlockTape& tape, const at::Tensor& d_residual,
                          const at::Tensor& d_down, const at::Tensor& d_update, float* dense, Workspace& workspace);

/// Rows of an activation matrix for `count` tokens: whole blocks, so that few different GEMM shapes occur (oneDNN compiles a kernel for
/// each). The rows behind the tokens hold zeros wherever a weight's gradient reads them.
constexpr std::int64_t padded_rows(std::int64_t count) { return round_up(count, 64); }

}  // namespace agsweep
