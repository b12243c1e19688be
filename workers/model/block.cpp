#include "workers/model/block.hpp"

namespace agsweep {

namespace {

/// The rows at `indices`, behind them zeros up to whole blocks.
at::Tensor gather_rows(const at::Tensor& from, const at::Tensor& indices, Workspace& workspace) {
  const std::int64_t count = indices.size(0);
  at::Tensor to = workspace.empty({padded_rows(count), from.size(1)}, from.scalar_type());
  at::Tensor rows = to.narrow(0, 0, count);
  at::index_select_out(rows, from, 0, indices);
  to.narrow(0, count, to.size(0) - count).zero_();
  return to;
}

at::Tensor empty_like(const at::Tensor& tensor, Workspace& workspace) { return workspace.empty(tensor.sizes(), tensor.scalar_type()); }

struct QueryKeyValue {
  at::Tensor q, k, v;
};

/// The columns of a matrix that holds q, k and v side by side, or k and v alone.
QueryKeyValue columns(const at::Tensor& qkv, std::int64_t width) {
  return {qkv.narrow(1, 0, width), qkv.narrow(1, width, width), qkv.narrow(1, 2 * width, width)};
}

}  // namespace

BlockTape block_forward(const Block& block, const BlockRows& rows, const at::Tensor& residual, const at::Tensor& update,
                        const Dropout& update_dropout, const Dropout& attention_dropout, Workspace& workspace) {
  const at::ScalarType type = block.up.weight.scalar_type();
  const std::int64_t width = residual.size(1);
  BlockTape tape;
  tape.norm1 = norm_forward(block.norm1, residual, update, update_dropout, type, workspace);

  AttentionShape shape{.heads = block.heads, .head_width = width / block.heads, .query_offsets = rows.offsets, .key_offsets = rows.offsets};
  at::Tensor query_residual = tape.norm1.residual;
  if (rows.last_token_only) {
    shape.query_offsets = rows.last_offsets;
    query_residual = gather_rows(tape.norm1.residual, rows.last_tokens, workspace);
    tape.query_input = gather_rows(tape.norm1.normed, rows.last_tokens, workspace);
    const at::Tensor q = linear_forward(block.qkv.outputs(0, width), tape.query_input, workspace);
    const at::Tensor kv = linear_forward(block.qkv.outputs(width, 3 * width), tape.norm1.normed, workspace);
    tape.attention = attention_forward(shape, q, kv.narrow(1, 0, width), kv.narrow(1, width, width), workspace);
  } else {
    tape.query_input = tape.norm1.normed;
    const auto [q, k, v] = columns(linear_forward(block.qkv, tape.norm1.normed, workspace), width);
    tape.attention = attention_forward(shape, q, k, v, workspace);
  }

  const at::Tensor attended = linear_forward(block.out, tape.attention.out, workspace);
  tape.norm2 = norm_forward(block.norm2, query_residual, attended, attention_dropout, type, workspace);
  tape.up = linear_forward(block.up, tape.norm2.normed, workspace);
  tape.gelu = empty_like(tape.up, workspace);
  at::gelu_out(tape.gelu, tape.up);
  tape.down = linear_forward(block.down, tape.gelu, workspace);
  return tape;
}

at::Tensor block_backward(const Block& block, const BlockRows& rows, const BlockTape& tape, const at::Tensor& d_residual,
                          const at::Tensor& d_down, const at::Tensor& d_update, float* dense, Workspace& workspace) {
  const std::int64_t width = d_residual.size(1);
  at::Tensor d_up = linear_backward(block.down, tape.gelu, d_down, dense, workspace);
  at::gelu_backward_out(d_up, d_up, tape.up);
  const at::Tensor d_norm2 = linear_backward(block.up, tape.norm2.normed, d_up, dense, workspace);
  const at::Tensor d_attended = empty_like(d_norm2, workspace);
  norm_backward(block.norm2, tape.norm2, d_norm2, d_residual, d_attended, dense);
  const at::Tensor d_attention = linear_backward(block.out, tape.attention.out, d_attended, dense, workspace);

  at::Tensor d_norm1;
  at::Tensor d_input = d_residual;
  if (rows.last_token_only) {
    const at::Tensor d_q = empty_like(tape.attention.q, workspace);
    const at::Tensor d_kv = workspace.empty({tape.norm1.normed.size(0), 2 * width}, d_attention.scalar_type());
    attention_backward(tape.attention, d_attention, d_q, d_kv.narrow(1, 0, width), d_kv.narrow(1, width, width), workspace);
    d_norm1 = linear_backward(block.qkv.outputs(width, 3 * width), tape.norm1.normed, d_kv, dense, workspace);
    const at::Tensor d_query_input = linear_backward(block.qkv.outputs(0, width), tape.query_input, d_q, dense, workspace);
    const std::int64_t count = rows.last_tokens.size(0);
    d_norm1.index_add_(0, rows.last_tokens, d_query_input.narrow(0, 0, count));
    d_input = workspace.zeros({tape.norm1.normed.size(0), width}, at::kFloat);
    d_input.index_copy_(0, rows.last_tokens.to(at::kLong), d_residual.narrow(0, 0, count));
  } else {
    const at::Tensor d_qkv = workspace.empty({tape.norm1.normed.size(0), 3 * width}, d_attention.scalar_type());
    const auto [d_q, d_k, d_v] = columns(d_qkv, width);
    attention_backward(tape.attention, d_attention, d_q, d_k, d_v, workspace);
    d_norm1 = linear_backward(block.qkv, tape.norm1.normed, d_qkv, dense, workspace);
  }
  norm_backward(block.norm1, tape.norm1, d_norm1, d_input, d_update, dense);
  return d_input;
}

}  // namespace agsweep
