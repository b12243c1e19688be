#include "workers/model/transformer.hpp"

#include <cmath>

#include <fmt/format.h>

namespace agsweep {

namespace {

/// The positional encoding of Vaswani et al. 2017, 3.5: sine at even, cosine at odd channels, base 10,000.
at::Tensor sinusoidal_positions(std::int64_t length, std::int64_t width) {
  at::Tensor positions = at::empty({length, width}, at::kFloat);
  auto values = positions.accessor<float, 2>();
  for (std::int64_t position = 0; position < length; ++position) {
    for (std::int64_t channel = 0; channel < width; ++channel) {
      const std::int64_t even = channel - channel % 2;  // a sine and its cosine share the frequency
      const double exponent = static_cast<double>(even) / static_cast<double>(width);
      const double angle = static_cast<double>(position) / std::pow(10000.0, exponent);
      values[position][channel] = static_cast<float>(channel % 2 == 0 ? std::sin(angle) : std::cos(angle));
    }
  }
  return positions;
}

}  // namespace

Transformer::Transformer(const Geometry& geometry, double dropout, c10::Device device)
    : Model(geometry.classes),
      geometry_(geometry),
      dropout_(dropout),
      positions_(sinusoidal_positions(geometry.longest, geometry.width).to(device)) {
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
      .table = parameters.embedding(),
      .positions = positions_,
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
