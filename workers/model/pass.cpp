#include "workers/model/pass.hpp"

#include "workers/model/kernel_views.hpp"

namespace agsweep {

Pass::Pass(const Network& network, const Batch& batch, const DropoutStream* stream, Saved saved, Workspace& workspace)
    : network_(network), batch_(batch), stream_(stream), saved_(saved), workspace_(workspace) {}

at::Tensor Pass::forward() {
  BlockInput x{.residual = embed(), .update = {}};
  for (std::int64_t i = 0; i < layers(); ++i) x = block_output(i, x);
  norm_ = norm_forward(network_.norm, x.residual, x.update, update_dropout(layers()), compute_type(), workspace_);
  hidden_ = workspace_.empty({batch_.shape.rows, network_.width}, at::kFloat);
  hidden_.copy_(norm_.normed.narrow(0, 0, batch_.shape.rows));
  head_ = linear_forward(network_.head, hidden_, {}, workspace_);
  return head_.y;
}

void Pass::backward(const at::Tensor& d_logits, const GradientTarget& gradient) {
  const at::Tensor& dense = gradient.dense;
  const at::Tensor d_last = linear_backward(network_.head, head_, d_logits, dense, workspace_);
  at::Tensor d_normed = workspace_.zeros(norm_.normed.sizes(), norm_.normed.scalar_type());
  d_normed.narrow(0, 0, batch_.shape.rows).copy_(d_last);
  BlockGradient d{.d_residual = workspace_.zeros(norm_.residual.sizes(), at::kFloat),
                  .d_update = workspace_.empty(norm_.normed.sizes(), norm_.normed.scalar_type())};
  norm_backward(network_.norm, norm_, d_normed, d.d_residual, d.d_update, dense, workspace_);

  // Every token's gradient outlives the block that computes it; the rest of a block's memory serves the next block.
  const BlockGradient of_tokens{.d_residual = workspace_.empty({batch_.shape.tokens, network_.width}, at::kFloat),
                                .d_update = workspace_.empty({batch_.shape.tokens, network_.width}, compute_type())};
  for (std::int64_t i = layers() - 1; i >= 0; --i) {
    const Workspace::Scope scope(workspace_);
    const auto index = static_cast<std::size_t>(i);
    const BlockTape tape = saved_ == Saved::activations ? tapes_[index] : block_tape(i, inputs_[index]);
    const bool wants_input = i > 0 || network_.below_blocks_trained();
    const BlockGradient below =
        block_backward(network_.blocks[index], rows(i), tape, d.d_residual, d.d_update, wants_input, dense, workspace_);
    if (below.d_residual.defined()) of_tokens.d_residual.copy_(below.d_residual);
    if (below.d_update.defined()) of_tokens.d_update.copy_(below.d_update);
    d = of_tokens;
  }
  if (network_.embedding_trained) {
    workspace_.kernels().embedding_backward(embedding(), batch_.token_places(), data<float>(d.d_residual), data<float>(gradient.embedding));
  }
  if (network_.position_offset != frozen) {
    workspace_.kernels().position_backward(embedding(), data<float>(d.d_residual), network_.longest,
                                           data<float>(dense) + network_.position_offset);
  }
}

Dropout Pass::dropout(double rate, std::uint32_t site) const {
  if (stream_ == nullptr) return {};
  return {.p = static_cast<float>(rate), .site = site, .stream = stream_};
}

/// Site 0 is the embedding's.
Dropout Pass::dropout(double rate, std::int64_t block, Site site) const {
  return dropout(rate, 1 + static_cast<std::uint32_t>(block) * static_cast<std::uint32_t>(Site::count) + static_cast<std::uint32_t>(site));
}

/// Of the FFN's output of the block before.
Dropout Pass::update_dropout(std::int64_t block) const {
  return block == 0 ? Dropout{} : dropout(network_.dropout.residual, block - 1, Site::ffn);
}

BlockDropouts Pass::dropouts(std::int64_t block) const {
  const DropoutRates& rate = network_.dropout;
  return {.update = update_dropout(block),
          .probabilities = dropout(rate.attention, block, Site::probabilities),
          .attention = dropout(rate.residual, block, Site::attention),
          .qkv = dropout(rate.adapter, block, Site::qkv),
          .last_query = dropout(rate.adapter, block, Site::last_query),
          .out = dropout(rate.adapter, block, Site::out),
          .up = dropout(rate.adapter, block, Site::up),
          .down = dropout(rate.adapter, block, Site::down)};
}

BlockRows Pass::rows(std::int64_t block) const { return {batch_, block == layers() - 1}; }

Embedding Pass::embedding() const {
  return {.tokens = ints(batch_.tokens),
          .sequences = batch_.sequences(),
          .width = network_.width,
          .scale = network_.embedding_scale,
          .table = data<float>(network_.table),
          .positions = data<float>(network_.positions),
          .dropout = dropout(network_.dropout.residual, 0)};
}

BlockTape Pass::block_tape(std::int64_t block, const BlockInput& input) {
  return block_forward(network_.blocks[static_cast<std::size_t>(block)], rows(block), dropouts(block), input, saved_ != Saved::nothing,
                       workspace_);
}

BlockInput Pass::block_output(std::int64_t block, const BlockInput& input) {
  if (saved_ == Saved::activations) {
    tapes_.push_back(block_tape(block, input));
    return tapes_.back().output();
  }
  if (saved_ == Saved::block_inputs) inputs_.push_back(input);
  const BlockInput kept = room_for_output(block, input);
  const Workspace::Scope scope(workspace_);
  const BlockInput output = block_tape(block, input).output();
  kept.residual.copy_(output.residual);
  kept.update.copy_(output.update);
  return kept;
}

/// Outside the memory that the block itself takes; in place of its input where nobody reads that again.
BlockInput Pass::room_for_output(std::int64_t block, const BlockInput& input) {
  const std::int64_t count = rows(block).last_token_only ? padded_rows(batch_.shape.rows) : batch_.shape.tokens;
  const auto room = [&](const at::Tensor& given, at::ScalarType type) {
    if (saved_ == Saved::nothing && given.defined()) return given.narrow(0, 0, count);
    return workspace_.empty({count, network_.width}, type);
  };
  return {.residual = room(input.residual, at::kFloat), .update = room(input.update, compute_type())};
}

at::Tensor Pass::embed() {
  at::Tensor x = workspace_.empty({batch_.shape.tokens, network_.width}, at::kFloat);
  workspace_.kernels().embedding_forward(embedding(), data<float>(x));
  return x;
}

}  // namespace agsweep
