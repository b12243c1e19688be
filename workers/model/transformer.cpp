#include "workers/model/transformer.hpp"

#include <cmath>    // std::sqrt
#include <cstring>  // std::memset
#include <numeric>  // std::iota

#include <fmt/format.h>

#include "workers/kernels/cross_entropy.hpp"
#include "workers/kernels/embedding.hpp"
#include "workers/model/block.hpp"
#include "workers/model/kernel_views.hpp"

namespace agsweep {

Transformer::Transformer(const Geometry& geometry)
    : geometry_(geometry), positions_(sinusoidal_positions(geometry.longest, geometry.width)) {
  const std::int64_t d = geometry.width;
  const auto add_norm = [&](const std::string& name) {
    const std::size_t weight = layout_.add(name + ".weight", {d}, Initial::ones);
    return NormIndices{weight, layout_.add(name + ".bias", {d}, Initial::zeros)};
  };
  const auto add_linear = [&](const std::string& name, std::int64_t out, std::int64_t in) {
    const std::size_t weight = layout_.add(name + ".weight", {out, in}, Initial::xavier_uniform);
    return LinearIndices{weight, layout_.add(name + ".bias", {out}, Initial::zeros)};
  };
  embedding_ = layout_.add("token_embedding.weight", {geometry.vocabulary, d}, Initial::normal, 1 / std::sqrt(static_cast<double>(d)));
  for (std::int64_t i = 0; i < geometry.layers; ++i) {
    const std::string name = fmt::format("blocks.{}.", i);
    blocks_.push_back({.norm1 = add_norm(name + "norm1"),
                       .qkv = add_linear(name + "attention.qkv", 3 * d, d),
                       .out = add_linear(name + "attention.out", d, d),
                       .norm2 = add_norm(name + "norm2"),
                       .up = add_linear(name + "ffn.up", geometry.ffn, d),
                       .down = add_linear(name + "ffn.down", d, geometry.ffn)});
  }
  norm_ = add_norm("norm");
  head_ = add_linear("head", geometry.classes, d);
}

/// One batch on its way through the model: what the forward pass leaves for the backward pass.
class Transformer::Pass {
 public:
  Pass(const Transformer& model, const Parameters& parameters, const PackedBatch& batch, const Dropout& dropout, Workspace& workspace)
      : model_(model), parameters_(parameters), batch_(batch), dropout_(dropout), workspace_(workspace), last_offsets_(batch.rows() + 1) {
    std::iota(last_offsets_.begin(), last_offsets_.end(), 0);
    last_tokens_ = at::empty({batch.rows()}, at::kInt);
    for (std::int64_t row = 0; row < batch.rows(); ++row) data<std::int32_t>(last_tokens_)[row] = batch.offsets[row + 1] - 1;
  }

  /// [rows, classes] fp32
  at::Tensor forward() {
    at::Tensor residual = embed();
    at::Tensor update;
    for (std::int64_t i = 0; i < layers(); ++i) {
      tapes_.push_back(block_forward(block(i), rows(i), residual, update, site(2 * i), site(2 * i + 1), workspace_));
      residual = tapes_.back().norm2.residual;
      update = tapes_.back().down;
    }
    norm_ = norm_forward(norm(model_.norm_), residual, update, site(2 * layers()), parameters_.compute_type(), workspace_);
    last_ = workspace_.empty({batch_.rows(), model_.geometry_.width}, at::kFloat);
    last_.copy_(norm_.normed.narrow(0, 0, batch_.rows()));
    return linear_forward(head(), last_, workspace_);
  }

  void backward(const at::Tensor& d_logits, Gradient& gradient) {
    float* dense = gradient.dense.data();
    const at::Tensor d_last = linear_backward(head(), last_, d_logits, dense, workspace_);
    at::Tensor d_normed = workspace_.zeros(norm_.normed.sizes(), norm_.normed.scalar_type());
    d_normed.narrow(0, 0, batch_.rows()).copy_(d_last);
    at::Tensor d_residual = workspace_.zeros(norm_.residual.sizes(), at::kFloat);
    at::Tensor d_update = workspace_.empty(norm_.normed.sizes(), norm_.normed.scalar_type());
    norm_backward(norm(model_.norm_), norm_, d_normed, d_residual, d_update, dense);
    for (std::int64_t i = layers() - 1; i >= 0; --i) {
      const BlockTape& tape = tapes_[static_cast<std::size_t>(i)];
      const at::Tensor d_down = d_update;
      d_update = i == 0 ? at::Tensor() : workspace_.empty(tape.norm1.normed.sizes(), tape.norm1.normed.scalar_type());
      d_residual = block_backward(block(i), rows(i), tape, d_residual, d_down, d_update, dense, workspace_);
    }
    embedding_backward(embedding(), data<float>(d_residual), gradient.embedding);
  }

 private:
  std::int64_t layers() const { return model_.geometry_.layers; }

  /// Dropout layers in order: behind the embedding, then two a block, behind attention and behind the FFN.
  Dropout site(std::int64_t index) const {
    Dropout dropout = dropout_;
    dropout.site = static_cast<std::uint32_t>(index);
    return dropout;
  }

  Embedding embedding() const {
    return {.tokens = batch_.tokens,
            .offsets = batch_.offsets,
            .width = model_.geometry_.width,
            .scale = std::sqrt(static_cast<float>(model_.geometry_.width)),
            .table = data<float>(parameters_.flat()),
            .positions = model_.positions_.data(),
            .dropout = site(0)};
  }

  at::Tensor embed() {
    const std::int64_t tokens = batch_.token_count();
    at::Tensor x = workspace_.empty({padded_rows(tokens), model_.geometry_.width}, at::kFloat);
    embedding_forward(embedding(), data<float>(x));
    x.narrow(0, tokens, x.size(0) - tokens).zero_();
    return x;
  }

  std::int64_t dense_offset(std::size_t index) const { return model_.layout_.specs()[index].offset - model_.layout_.dense_begin(); }
  Norm norm(const NormIndices& index) const {
    return {parameters_.view(index.weight), parameters_.view(index.bias), dense_offset(index.weight), dense_offset(index.bias)};
  }
  Linear linear(const LinearIndices& index) const {
    return {parameters_.compute(index.weight), parameters_.compute(index.bias), dense_offset(index.weight), dense_offset(index.bias)};
  }
  /// In fp32 always: four classes cost nothing, and the loss sees unrounded logits.
  Linear head() const {
    return {parameters_.view(model_.head_.weight), parameters_.view(model_.head_.bias), dense_offset(model_.head_.weight),
            dense_offset(model_.head_.bias)};
  }
  Block block(std::int64_t i) const {
    const BlockIndices& index = model_.blocks_[static_cast<std::size_t>(i)];
    return {.heads = model_.geometry_.heads,
            .norm1 = norm(index.norm1),
            .qkv = linear(index.qkv),
            .out = linear(index.out),
            .norm2 = norm(index.norm2),
            .up = linear(index.up),
            .down = linear(index.down)};
  }
  BlockRows rows(std::int64_t i) const { return {batch_.offsets, i == layers() - 1, last_offsets_, last_tokens_}; }

  const Transformer& model_;
  const Parameters& parameters_;
  const PackedBatch& batch_;
  Dropout dropout_;
  Workspace& workspace_;
  std::vector<std::int32_t> last_offsets_;  // [rows + 1], 0 .. rows
  at::Tensor last_tokens_;                  // [rows] int32
  std::vector<BlockTape> tapes_;
  NormTape norm_;
  at::Tensor last_;  // [rows, width] fp32, what the head reads
};

at::Tensor Transformer::logits(const Parameters& parameters, const PackedBatch& batch, Workspace& workspace) const {
  return Pass(*this, parameters, batch, Dropout{}, workspace).forward();
}

void Transformer::forward_backward(const Parameters& parameters, const PackedBatch& batch, const ShardStep& step, Workspace& workspace,
                                   Gradient& gradient) const {
  const std::int64_t classes = geometry_.classes;
  gradient.dense.resize(static_cast<std::size_t>(layout_.dense_size()));
  gradient.confusion.assign(static_cast<std::size_t>(classes * classes), 0);
  gradient.embedding.clear(geometry_.width);
  gradient.loss = 0;
  if (batch.rows() == 0) {
    std::fill(gradient.dense.begin(), gradient.dense.end(), 0.0F);
    return;
  }
  const Workspace::Scope scope(workspace);
  Pass pass(*this, parameters, batch, step.dropout, workspace);
  const at::Tensor logits = pass.forward();
  const at::Tensor d_logits = workspace.empty(logits.sizes(), at::kFloat);
  gradient.loss = cross_entropy(data<float>(logits), batch.labels, classes, step.label_smoothing,
                                1.0 / static_cast<double>(step.batch_rows), data<float>(d_logits));
  for (std::int64_t row = 0; row < batch.rows(); ++row) {
    const std::span scores(data<float>(logits) + row * classes, static_cast<std::size_t>(classes));
    ++gradient.confusion[static_cast<std::size_t>(batch.labels[static_cast<std::size_t>(row)] * classes + predicted_class(scores))];
  }
  pass.backward(d_logits, gradient);
}

}  // namespace agsweep
