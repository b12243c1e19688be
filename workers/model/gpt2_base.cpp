#include "workers/model/gpt2_base.hpp"

#include <fmt/format.h>

namespace agsweep {

namespace {

/// The bytes themselves where they are fp32 and aligned, else a copy.
at::Tensor fp32_tensor(const TensorBytes& tensor) {
  const auto address = reinterpret_cast<std::uintptr_t>(tensor.bytes.data());
  if (tensor.dtype == "F32" && address % alignof(float) == 0) {
    return at::from_blob(const_cast<std::byte*>(tensor.bytes.data()), tensor.shape, at::kFloat);
  }
  at::Tensor copy = at::empty(tensor.shape, at::kFloat);
  copy_as_fp32(tensor, {copy.mutable_data_ptr<float>(), static_cast<std::size_t>(copy.numel())});
  return copy;
}

/// A checkpoint's tensors as layers.
class Layers {
 public:
  Layers(const Gpt2Checkpoint& checkpoint, at::ScalarType compute_type, c10::Device device)
      : checkpoint_(checkpoint), compute_type_(compute_type), device_(device) {}

  /// Where nothing keeps the file, no view of it stays.
  at::Tensor fp32(const TensorBytes& tensor) const {
    return keeps_file() ? fp32_tensor(tensor) : fp32_tensor(tensor).to(device_, at::kFloat, /*non_blocking=*/false, /*copy=*/true);
  }
  bool keeps_file() const { return compute_type_ == at::kFloat && device_.is_cpu(); }
  at::Tensor fp32(const std::string& name) const { return fp32(checkpoint_.tensor(name)); }
  Norm norm(const std::string& name) const {
    return {
        .weight = fp32(name + ".weight"), .bias = fp32(name + ".bias"), .epsilon = static_cast<float>(checkpoint_.config().norm_epsilon)};
  }
  Linear conv1d(const std::string& name) const { return {compute(name + ".weight").t(), compute(name + ".bias"), frozen, frozen, {}}; }

 private:
  at::Tensor compute(const std::string& name) const { return fp32_tensor(checkpoint_.tensor(name)).to(device_, compute_type_); }

  const Gpt2Checkpoint& checkpoint_;
  at::ScalarType compute_type_;
  c10::Device device_;
};

}  // namespace

Gpt2Base::Gpt2Base(Gpt2Checkpoint checkpoint, at::ScalarType compute_type, c10::Device device)
    : config_(checkpoint.config()), checkpoint_(std::move(checkpoint)) {
  const Layers layers(*checkpoint_, compute_type, device);
  token_embedding_ = layers.fp32("wte.weight");
  position_embedding_ = layers.fp32("wpe.weight");
  for (std::int64_t i = 0; i < config_.layers; ++i) {
    const std::string name = fmt::format("h.{}.", i);
    blocks_.push_back({.norm1 = layers.norm(name + "ln_1"),
                       .qkv = layers.conv1d(name + "attn.c_attn"),
                       .out = layers.conv1d(name + "attn.c_proj"),
                       .norm2 = layers.norm(name + "ln_2"),
                       .up = layers.conv1d(name + "mlp.c_fc"),
                       .down = layers.conv1d(name + "mlp.c_proj")});
  }
  norm_ = layers.norm("ln_f");
  if (checkpoint_->score() != nullptr) score_ = layers.fp32(*checkpoint_->score());
  if (!layers.keeps_file()) checkpoint_.reset();
}

}  // namespace agsweep
