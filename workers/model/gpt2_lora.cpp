#include "workers/model/gpt2_lora.hpp"

#include <algorithm>  // std::min

#include <fmt/format.h>

#include "base/error.hpp"
#include "workers/model/weights.hpp"

namespace agsweep {

Gpt2Lora::Gpt2Lora(std::shared_ptr<const Gpt2Base> base, const LoraConfig& lora, const DropoutRates& dropout, std::int64_t classes)
    : Model(classes), base_(std::move(base)), scale_(static_cast<float>(lora.scale())), dropout_(dropout) {
  const auto add_adapter = [&](const std::string& module, const Linear& layer) -> std::optional<AdapterIndices> {
    if (!is_target(lora.targets, module)) return {};
    const std::int64_t out = layer.weight.size(0);
    const std::int64_t in = layer.weight.size(1);
    if (lora.rank < 1 || lora.rank > std::min(in, out)) {
      throw UsageError("--lora-rank: {} is out of range [1, {}], the dimensions of {}", lora.rank, std::min(in, out), module);
    }
    const std::size_t a = layout_.add(module + ".lora_A.weight", {lora.rank, in}, Initial::kaiming_uniform);
    return AdapterIndices{a, layout_.add(module + ".lora_B.weight", {out, lora.rank}, Initial::zeros)};
  };
  for (std::size_t i = 0; i < base_->blocks().size(); ++i) {
    const Gpt2Base::BlockWeights& block = base_->blocks()[i];
    const std::string name = fmt::format("transformer.h.{}.", i);
    adapters_.push_back({.qkv = add_adapter(name + "attn.c_attn", block.qkv),
                         .out = add_adapter(name + "attn.c_proj", block.out),
                         .up = add_adapter(name + "mlp.c_fc", block.up),
                         .down = add_adapter(name + "mlp.c_proj", block.down)});
  }
  head_ = layout_.add("score.weight", {classes, base_->config().width}, Initial::normal, base_->config().initializer_range);
}

std::int64_t Gpt2Lora::total_count() const { return base_->count() + layout_.count() + layout_.specs()[head_].size; }

at::Tensor Gpt2Lora::start_values(std::uint64_t seed) const {
  at::Tensor flat = Model::start_values(seed);
  at::Tensor head = layout_.view(flat, head_);
  if (base_->score().defined() && base_->score().sizes() == head.sizes()) head.copy_(base_->score());
  return flat;
}

std::string Gpt2Lora::left_out() const { return base_->score().defined() ? unfit_score(base_->score().size(0), classes()) : ""; }

Network Gpt2Lora::network(const Parameters& parameters) const {
  const TrainedLayers trained(parameters);
  const auto adapted = [&](Linear layer, const std::optional<AdapterIndices>& index) {
    if (index) {
      layer.adapter = Adapter{.a = parameters.compute(index->a),
                              .b = parameters.compute(index->b),
                              .scale = scale_,
                              .a_offset = trained.offset(index->a),
                              .b_offset = trained.offset(index->b)};
    }
    return layer;
  };
  const Gpt2Config& config = base_->config();
  Network network{.width = config.width,
                  .embedding_scale = 1,
                  .table = base_->token_embedding(),
                  .positions = base_->position_embedding(),
                  .embedding_trained = false,
                  .longest = config.positions,
                  .dropout = dropout_,
                  .blocks = {},
                  .norm = base_->norm(),
                  .head = {parameters.view(head_), {}, trained.offset(head_), frozen, {}}};
  for (std::size_t i = 0; i < adapters_.size(); ++i) {
    const Gpt2Base::BlockWeights& block = base_->blocks()[i];
    network.blocks.push_back({.heads = config.heads,
                              .gelu_by_tanh = config.activation == Activation::gelu_tanh,
                              .norm1 = block.norm1,
                              .qkv = adapted(block.qkv, adapters_[i].qkv),
                              .out = adapted(block.out, adapters_[i].out),
                              .norm2 = block.norm2,
                              .up = adapted(block.up, adapters_[i].up),
                              .down = adapted(block.down, adapters_[i].down)});
  }
  return network;
}

}  // namespace agsweep
