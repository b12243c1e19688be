#include "workers/train/shared_weights.hpp"

#include "workers/gpt2/gpt2_checkpoint.hpp"

namespace agsweep {

std::shared_ptr<const Gpt2Base> SharedWeights::base(const std::filesystem::path& weights, at::ScalarType compute_type, c10::Device device) {
  const std::lock_guard lock(mutex_);
  auto& base = bases_[{weights, compute_type, device.str()}];
  if (!base) base = std::make_shared<const Gpt2Base>(Gpt2Checkpoint::read(weights), compute_type, device);
  return base;
}

at::Tensor SharedWeights::initial_values(const ParameterLayout& layout, std::uint64_t seed) {
  if (!keeps_start_values_) return agsweep::initial_values(layout, seed);
  const std::lock_guard lock(mutex_);
  if (!start_ || start_->seed != seed || start_->specs != layout.specs()) {
    start_ = {.specs = layout.specs(), .seed = seed, .flat = agsweep::initial_values(layout, seed)};
  }
  return start_->flat;
}

}  // namespace agsweep
