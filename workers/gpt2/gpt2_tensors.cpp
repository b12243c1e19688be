#include "workers/gpt2/gpt2_checkpoint.hpp"

#include <functional>  // std::multiplies
#include <numeric>     // std::accumulate

#include <fmt/format.h>

namespace agsweep {

namespace {

/// A layer norm, or a Conv1D: weight and bias.
void add_module(const std::string& name, std::vector<std::int64_t> weight, std::int64_t bias, std::vector<Gpt2Tensor>& tensors) {
  tensors.push_back({name + ".weight", std::move(weight)});
  tensors.push_back({name + ".bias", {bias}});
}

}  // namespace

std::int64_t Gpt2Tensor::count() const { return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>()); }

std::int64_t gpt2_count(const Gpt2Config& config) {
  std::int64_t count = 0;
  for (const Gpt2Tensor& tensor : gpt2_tensors(config)) count += tensor.count();
  return count;
}

std::vector<Gpt2Tensor> gpt2_tensors(const Gpt2Config& config) {
  const std::int64_t d = config.width;
  std::vector<Gpt2Tensor> tensors = {{"wte.weight", {config.vocabulary, d}}, {"wpe.weight", {config.positions, d}}};
  for (std::int64_t layer = 0; layer < config.layers; ++layer) {
    const std::string block = fmt::format("h.{}.", layer);
    add_module(block + "ln_1", {d}, d, tensors);
    add_module(block + "attn.c_attn", {d, 3 * d}, 3 * d, tensors);
    add_module(block + "attn.c_proj", {d, d}, d, tensors);
    add_module(block + "ln_2", {d}, d, tensors);
    add_module(block + "mlp.c_fc", {d, config.ffn}, config.ffn, tensors);
    add_module(block + "mlp.c_proj", {config.ffn, d}, d, tensors);
  }
  add_module("ln_f", {d}, d, tensors);
  return tensors;
}

}  // namespace agsweep
