#pragma once

#include <deque>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "tests/support/random_floats.hpp"
#include "workers/lora/lora_config.hpp"
#include "workers/safetensors/safetensors.hpp"

namespace agsweep::testing_support {

/// Tensors with their values, of a GPT-2 of width 8 and feed-forward width 12.
struct OwnedTensors {
  std::vector<TensorBytes> tensors;
  std::deque<std::vector<float>> values;

  void add(const std::string& name, const std::vector<std::int64_t>& shape) {
    std::size_t elements = 1;
    for (const std::int64_t dimension : shape) elements *= static_cast<std::size_t>(dimension);
    const auto& kept = values.emplace_back(random_floats(elements, values.size()));
    tensors.push_back({name, "F32", shape, std::as_bytes(std::span(kept))});
  }

  TensorBytes& at(const std::string& name) {
    for (TensorBytes& tensor : tensors) {
      if (tensor.name == name) return tensor;
    }
    throw std::out_of_range(name);
  }

  void remove(const std::string& name) {
    std::erase_if(tensors, [&](const TensorBytes& tensor) { return tensor.name == name; });
  }

  /// The tensor gets another shape of random values.
  void reshape(const std::string& name, const std::vector<std::int64_t>& shape) {
    remove(name);
    add(name, shape);
  }
};

/// @return [in, out] of a module
inline std::pair<std::int64_t, std::int64_t> sides(const std::string& module) {
  if (module.ends_with("c_attn")) return {8, 24};
  if (module.ends_with("c_fc")) return {8, 12};
  return {module.ends_with("mlp.c_proj") ? 12 : 8, 8};
}

/// An adapter of each target in so many blocks, and a head of 4 classes.
inline OwnedTensors adapter_of(const LoraConfig& lora, std::int64_t blocks) {
  OwnedTensors adapter;
  for (const std::string& module : adaptable_modules(blocks)) {
    if (!is_target(lora.targets, module)) continue;
    adapter.add(module + ".lora_A.weight", {lora.rank, sides(module).first});
    adapter.add(module + ".lora_B.weight", {sides(module).second, lora.rank});
  }
  adapter.add("score.weight", {4, 8});
  return adapter;
}

}  // namespace agsweep::testing_support
