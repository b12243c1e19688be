#include "workers/model/gpt2_full.hpp"

#include <fmt/format.h>

#include "workers/model/kernel_views.hpp"

namespace agsweep {

Gpt2Full::Gpt2Full(Gpt2Checkpoint checkpoint, const DropoutRates& dropout, std::int64_t classes)
    : Model(classes), checkpoint_(std::move(checkpoint)), dropout_(dropout) {
  const Gpt2Config& config = checkpoint_.config();
  const std::int64_t d = config.width;
  // The start values come from the checkpoint.
  const auto add_norm = [&](const std::string& name) {
    const std::size_t weight = layout_.add(name + ".weight", {d}, Initial::ones);
    return WeightAndBias{weight, layout_.add(name + ".bias", {d}, Initial::zeros)};
  };
  const auto add_conv1d = [&](const std::string& name, std::int64_t in, std::int64_t out) {
    const std::size_t weight = layout_.add(name + ".weight", {in, out}, Initial::zeros);
    return WeightAndBias{weight, layout_.add(name + ".bias", {out}, Initial::zeros)};
  };
  layout_.add_embedding("transformer.wte.weight", config.vocabulary, d, 0);
  positions_ = layout_.add("transformer.wpe.weight", {config.positions, d}, Initial::zeros);
  for (std::int64_t i = 0; i < config.layers; ++i) {
    const std::string name = fmt::format("transformer.h.{}.", i);
    blocks_.push_back({.norm1 = add_norm(name + "ln_1"),
                       .qkv = add_conv1d(name + "attn.c_attn", d, 3 * d),
                       .out = add_conv1d(name + "attn.c_proj", d, d),
                       .norm2 = add_norm(name + "ln_2"),
                       .up = add_conv1d(name + "mlp.c_fc", d, config.ffn),
                       .down = add_conv1d(name + "mlp.c_proj", config.ffn, d)});
  }
  norm_ = add_norm("transformer.ln_f");
  head_ = layout_.add("score.weight", {classes, d}, Initial::normal, config.initializer_range);
}

at::Tensor Gpt2Full::start_values(std::uint64_t seed) const {
  at::Tensor flat = Model::start_values(seed);
  for (const ParameterSpec& spec : layout_.specs()) {
    const std::span to = layout_.floats(flat, spec);
    if (spec.name != "score.weight") {
      copy_as_fp32(checkpoint_.tensor(spec.name.substr(std::string_view("transformer.").size())), to);
    } else if (checkpoint_.score() != nullptr && checkpoint_.score()->shape == spec.shape) {
      copy_as_fp32(*checkpoint_.score(), to);
    }
  }
  return flat;
}

std::string Gpt2Full::left_out() const {
  return checkpoint_.score() != nullptr ? unfit_score(checkpoint_.score()->shape[0], classes()) : "";
}

Network Gpt2Full::network(const Parameters& parameters) const {
  const Gpt2Config& config = checkpoint_.config();
  const TrainedLayers trained(parameters);
  const auto norm = [&](const WeightAndBias& index) {
    Norm layer = trained.norm(index);
    layer.epsilon = static_cast<float>(config.norm_epsilon);
    return layer;
  };
  Network network{.width = config.width,
                  .embedding_scale = 1,
                  .table = parameters.embedding(),
                  .positions = parameters.view(positions_),
                  .embedding_trained = true,
                  .position_offset = trained.offset(positions_),
                  .longest = config.positions,
                  .dropout = dropout_,
                  .blocks = {},
                  .norm = norm(norm_),
                  .head = {parameters.view(head_), {}, trained.offset(head_), frozen, {}}};
  for (const BlockIndices& index : blocks_) {
    network.blocks.push_back({.heads = config.heads,
                              .gelu_by_tanh = config.activation == Activation::gelu_tanh,
                              .norm1 = norm(index.norm1),
                              .qkv = trained.conv1d(index.qkv),
                              .out = trained.conv1d(index.out),
                              .norm2 = norm(index.norm2),
                              .up = trained.conv1d(index.up),
                              .down = trained.conv1d(index.down)});
  }
  return network;
}

}  // namespace agsweep
