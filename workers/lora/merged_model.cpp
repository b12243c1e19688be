#include "workers/lora/merged_model.hpp"

#include <map>

#include <fmt/ranges.h>  // fmt::join

#include "base/error.hpp"
#include "workers/lora/adapter_tensors.hpp"
#include "workers/lora/merge.hpp"

namespace agsweep {

namespace {

std::vector<float> as_fp32(const TensorBytes& tensor) {
  std::size_t elements = 1;
  for (const std::int64_t dimension : tensor.shape) elements *= static_cast<std::size_t>(dimension);
  std::vector<float> values(elements);
  copy_as_fp32(tensor, values);
  return values;
}

void require_shape(const TensorBytes& tensor, const std::vector<std::int64_t>& expected) {
  if (tensor.shape == expected) return;
  throw DataError("{}: its shape is [{}], expected [{}]", tensor.name, fmt::join(tensor.shape, ", "), fmt::join(expected, ", "));
}

/// Adds values that the model owns.
void add(ClassifierTensors& model, const std::string& name, const std::vector<std::int64_t>& shape, std::vector<float> values) {
  const std::vector<float>& kept = model.values.emplace_back(std::move(values));
  model.tensors.push_back({name, "F32", shape, std::as_bytes(std::span(kept))});
}

/// Adds a tensor where it lies, or converted.
void add(ClassifierTensors& model, const std::string& name, const TensorBytes& tensor) {
  if (tensor.dtype != "F32") return add(model, name, tensor.shape, as_fp32(tensor));
  model.tensors.push_back({name, tensor.dtype, tensor.shape, tensor.bytes});
}

void add_head(ClassifierTensors& model, const Gpt2Config& config, const TensorBytes& head) {
  require_shape(head, {head.shape.empty() ? 0 : head.shape[0], config.width});
  add(model, "score.weight", head);
}

/// The adapted weights of one module. @param module  "transformer.h.0.attn.c_attn"
std::vector<float> adapted(const TensorBytes& weight, const std::string& module, const LoraConfig& lora,
                           std::span<const TensorBytes> adapter) {
  const TensorBytes& a = tensor_named(adapter, module + ".lora_A.weight");
  const TensorBytes& b = tensor_named(adapter, module + ".lora_B.weight");
  require_shape(a, {lora.rank, weight.shape[0]});
  require_shape(b, {weight.shape[1], lora.rank});
  std::vector<float> values = as_fp32(weight);
  merge_adapter(values, as_fp32(a), as_fp32(b), lora.rank, lora.scale());
  return values;
}

}  // namespace

ClassifierTensors merged_model(const Gpt2Checkpoint& base, const LoraConfig& lora, std::span<const TensorBytes> adapter) {
  std::map<std::string, std::string> adapted_modules;  // by their weight's name
  for (const std::string& module : adaptable_modules(base.config().layers)) {
    if (is_target(lora.targets, module)) adapted_modules[module + ".weight"] = module;
  }
  ClassifierTensors model;
  for (const Gpt2Tensor& expected : gpt2_tensors(base.config())) {
    const std::string name = "transformer." + expected.name;
    const TensorBytes& weight = base.tensor(expected.name);
    if (const auto module = adapted_modules.find(name); module != adapted_modules.end()) {
      add(model, name, expected.shape, adapted(weight, module->second, lora, adapter));
    } else {
      add(model, name, weight);
    }
  }
  add_head(model, base.config(), tensor_named(adapter, "score.weight"));
  return model;
}

ClassifierTensors trained_model(const Gpt2Config& config, std::span<const TensorBytes> trained) {
  ClassifierTensors model;
  for (const Gpt2Tensor& expected : gpt2_tensors(config)) {
    const TensorBytes& tensor = tensor_named(trained, "transformer." + expected.name);
    require_shape(tensor, expected.shape);
    add(model, tensor.name, tensor);
  }
  add_head(model, config, tensor_named(trained, "score.weight"));
  if (trained.size() != model.tensors.size()) throw DataError("it holds tensors that no GPT-2 for classification has");
  return model;
}

}  // namespace agsweep
