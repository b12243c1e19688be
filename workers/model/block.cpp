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

/// The columns of a matrix that holds q, k and v side by side.
QueryKeyValue columns(const at::Tensor& qkv, std::int64_t width) {
  return {qkv.narrow(1, 0, width), qkv.narrow(1, width, width), qkv.narrow(1, 2 * width, width)};
}

/// The part of qkv that a last block computes for the last tokens alone.
Linear query_part(const Linear& qkv, std::int64_t width) {
  Linear query = qkv.outputs(0, width);
  if (query.adapter) query.adapter->adds_to_a = true;
  return query;
}
Linear key_value_part(const Linear& qkv, std::int64_t width) { return qkv.outputs(width, 3 * width); }

const char* gelu_name(const Block& block) { return block.gelu_by_tanh ? "tanh" : "none"; }

at::Tensor gelu(const Block& block, const at::Tensor& up, Workspace& workspace) {
  at::Tensor activated = empty_like(up, workspace);
  at::gelu_out(activated, up, gelu_name(block));
  return activated;
}

/// On the CPU, keeps what `down` reads only for the gradient of its weights; an adapter has it computed again, which is 2 % of a step and
/// 1/6 of its memory. A device has memory to spare for what costs a pass over it.
void feed_forward(const Block& block, const BlockDropouts& dropouts, bool backward_follows, BlockTape& tape, Workspace& workspace) {
  tape.up = linear_forward(block.up, tape.norm2.normed, dropouts.up, workspace);
  if (!backward_follows) {
    at::gelu_out(tape.up.y, tape.up.y, gelu_name(block));
    tape.down = linear_forward(block.down, tape.up.y, dropouts.down, workspace);
    return;
  }
  if (block.down.weight_offset != frozen || workspace.device_kernels() != nullptr) {
    tape.down = linear_forward(block.down, gelu(block, tape.up.y, workspace), dropouts.down, workspace);
    return;
  }
  tape.down = linear_room(block.down, tape.up.y.size(0), dropouts.down, workspace);
  const Workspace::Scope scope(workspace);
  linear_forward(block.down, gelu(block, tape.up.y, workspace), tape.down, workspace);
  tape.down.x = at::Tensor();
}

/// Gradients of q, k and v where every token asks: back to norm1's output, or only to the weights.
at::Tensor all_queries_backward(const Block& block, const BlockTape& tape, const at::Tensor& d_attention, bool wants_input,
                                const at::Tensor& dense, Workspace& workspace) {
  const std::int64_t width = d_attention.size(1);
  const at::Tensor d_qkv = workspace.empty({tape.qkv.x.size(0), 3 * width}, d_attention.scalar_type());
  const auto [d_q, d_k, d_v] = columns(d_qkv, width);
  attention_backward(tape.attention, d_attention, d_q, d_k, d_v, workspace);
  if (wants_input) return linear_backward(block.qkv, tape.qkv, d_qkv, dense, workspace);
  linear_weight_gradients(block.qkv, tape.qkv, d_qkv, dense, workspace);
  return {};
}

at::Tensor last_queries_backward(const Block& block, const BlockRows& rows, const BlockTape& tape, const at::Tensor& d_attention,
                                 const at::Tensor& dense, Workspace& workspace) {
  const std::int64_t width = d_attention.size(1);
  const at::Tensor d_q = empty_like(tape.attention.q, workspace);
  const at::Tensor d_kv = workspace.empty({tape.qkv.x.size(0), 2 * width}, d_attention.scalar_type());
  attention_backward(tape.attention, d_attention, d_q, d_kv.narrow(1, 0, width), d_kv.narrow(1, width, width), workspace);
  at::Tensor d_norm1 = linear_backward(key_value_part(block.qkv, width), tape.qkv, d_kv, dense, workspace);
  const at::Tensor d_query = linear_backward(query_part(block.qkv, width), tape.query, d_q, dense, workspace);
  return d_norm1.index_add_(0, rows.batch.last_tokens, d_query.narrow(0, 0, rows.batch.last_tokens.size(0)));
}

}  // namespace

BlockTape block_forward(const Block& block, const BlockRows& rows, const BlockDropouts& dropouts, const BlockInput& input,
                        bool backward_follows, Workspace& workspace) {
  const at::ScalarType type = block.up.weight.scalar_type();
  const std::int64_t width = input.residual.size(1);
  BlockTape tape;
  tape.norm1 = norm_forward(block.norm1, input.residual, input.update, dropouts.update, type, workspace);

  AttentionShape shape{.heads = block.heads,
                       .head_width = width / block.heads,
                       .queries = rows.batch.sequences(),
                       .keys = rows.batch.sequences(),
                       .dropout = dropouts.probabilities};
  at::Tensor query_residual = tape.norm1.residual;
  if (rows.last_token_only) {
    shape.queries = rows.batch.last_only();
    query_residual = gather_rows(tape.norm1.residual, rows.batch.last_tokens, workspace);
    const at::Tensor query_input = gather_rows(tape.norm1.normed, rows.batch.last_tokens, workspace);
    tape.query = linear_forward(query_part(block.qkv, width), query_input, dropouts.last_query, workspace);
    tape.qkv = linear_forward(key_value_part(block.qkv, width), tape.norm1.normed, dropouts.qkv, workspace);
    const at::Tensor& kv = tape.qkv.y;
    tape.attention = attention_forward(shape, tape.query.y, kv.narrow(1, 0, width), kv.narrow(1, width, width), workspace);
  } else {
    tape.qkv = linear_forward(block.qkv, tape.norm1.normed, dropouts.qkv, workspace);
    const auto [q, k, v] = columns(tape.qkv.y, width);
    tape.attention = attention_forward(shape, q, k, v, workspace);
  }

  tape.out = linear_forward(block.out, tape.attention.out, dropouts.out, workspace);
  tape.norm2 = norm_forward(block.norm2, query_residual, tape.out.y, dropouts.attention, type, workspace);
  feed_forward(block, dropouts, backward_follows, tape, workspace);
  return tape;
}

BlockGradient block_backward(const Block& block, const BlockRows& rows, const BlockTape& tape, const at::Tensor& d_residual,
                             const at::Tensor& d_down, bool wants_input, const at::Tensor& dense, Workspace& workspace) {
  LinearTape down = tape.down;
  if (!down.x.defined()) down.x = block.down.adapter ? gelu(block, tape.up.y, workspace) : tape.up.y;  // else only its size is read
  at::Tensor d_up = linear_backward(block.down, down, d_down, dense, workspace);
  at::gelu_backward_out(d_up, d_up, tape.up.y, gelu_name(block));
  const at::Tensor d_norm2 = linear_backward(block.up, tape.up, d_up, dense, workspace);
  const at::Tensor d_attended = empty_like(d_norm2, workspace);
  norm_backward(block.norm2, tape.norm2, d_norm2, d_residual, d_attended, dense, workspace);
  const at::Tensor d_attention = linear_backward(block.out, tape.out, d_attended, dense, workspace);

  BlockGradient gradient{.d_residual = d_residual, .d_update = {}};
  at::Tensor d_norm1;
  if (rows.last_token_only) {
    d_norm1 = last_queries_backward(block, rows, tape, d_attention, dense, workspace);
    gradient.d_residual = workspace.zeros({d_norm1.size(0), d_norm1.size(1)}, at::kFloat);
    gradient.d_residual.index_copy_(0, rows.batch.last_tokens, d_residual.narrow(0, 0, rows.batch.last_tokens.size(0)));
  } else {
    d_norm1 = all_queries_backward(block, tape, d_attention, wants_input, dense, workspace);
  }
  if (!wants_input) return {};
  if (tape.norm1.updated) gradient.d_update = empty_like(d_norm1, workspace);
  norm_backward(block.norm1, tape.norm1, d_norm1, gradient.d_residual, gradient.d_update, dense, workspace);
  return gradient;
}

}  // namespace agsweep
