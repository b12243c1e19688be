#include "workers/train/shared_weights.hpp"

#include "workers/gpt2/gpt2_checkpoint.hpp"

namespace agsweep {

std::shared_ptr<const Gpt2Base> SharedWeights::base(const std::filesystem::path& weights, Precision precision) {
  const std::lock_guard lock(mutex_);
  auto& base = bases_[{weights, precision}];
  if (!base) base = std::make_shared<const Gpt2Base>(Gpt2Checkpoint::read(weights), precision);
  return base;
}

void SharedWeights::initialise(Parameters& parameters, std::uint64_t seed) {
  if (!keeps_start_values_) return agsweep::initialise(parameters, seed);
  const std::lock_guard lock(mutex_);
  if (start_ && start_->seed == seed && start_->specs == parameters.layout().specs()) {
    parameters.flat().copy_(start_->flat);
    return parameters.refresh_compute();
  }
  agsweep::initialise(parameters, seed);
  start_ = {.specs = parameters.layout().specs(), .seed = seed, .flat = parameters.flat().clone()};
}

}  // namespace agsweep
