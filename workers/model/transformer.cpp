#include "workers/model/transformer.hpp"

#include <cmath>  // std::sqrt

#include <fmt/format.h>

#include "workers/kernels/embedding.hpp"  // sinusoidal_positions
#include "workers/model/kernel_views.hpp"

namespace agsweep {

Transformer::Transformer(const Geometry& geometry, double dropout)
    : Model(geometry.classes), geometry_(geometry), dropout_(dropout), positions_(sinusoidal_positions(geometry.longest, geometry.width)) {
  const std::int64_t d = geometry.width;
  const auto add_norm = [&](const std::string& name) {
    const std::size_t weight = layout_.add(name + ".weight", {d}, Initial::ones);
    return WeightAndBias{weight, layout_.add(name + ".bias", {d}, Initial::zeros)};
  };
  const auto add_linear = [&](const std::string& name, std::int64_t out, std::int64_t in) {
    const std::size_t weight = layout_.add(name + ".weight", {out, in}, Initial::xavier_uniform);
    return WeightAndBias{weight, layout_.add(name + ".bias", {out}, Initial::zeros)};
  };
  layout_.add_embedding("token_embedding.weight", geometry.vocabulary, d, 1 / std::sqrt(static_cast<double>(d)));
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

Network Transformer::network(const Parameters& parameters) const {
  const TrainedLayers trained(parameters);
  Network network{
      .width = geometry_.width,
      .embedding_scale = std::sqrt(static_cast<float>(geometry_.width)),
      .table = data<float>(parameters.flat()),
      .positions = positions_.data(),
      .embedding_trained = true,
      .longest = geometry_.longest,
      .dropout = {.residual = dropout_},
      .blocks = {},
      .norm = trained.norm(norm_),
      .head = {parameters.view(head_.weight), parameters.view(head_.bias), trained.offset(head_.weight), trained.offset(head_.bias), {}}};
  for (const BlockIndices& index : blocks_) {
    network.blocks.push_back({.heads = geometry_.heads,
                              .gelu_by_tanh = false,
                              .norm1 = trained.norm(index.norm1),
                              .qkv = trained.linear(index.qkv),
                              .out = trained.linear(index.out),
                              .norm2 = trained.norm(index.norm2),
                              .up = trained.linear(index.up),
                              .down = trained.linear(index.down)});
  }
  return network;
}

}  // namespace agsweep
