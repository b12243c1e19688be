#include "workers/train/frozen_bases.hpp"

#include "workers/gpt2/gpt2_checkpoint.hpp"

namespace agsweep {

std::shared_ptr<const Gpt2Base> FrozenBases::get(const std::filesystem::path& weights, Precision precision) {
  const std::lock_guard lock(mutex_);
  auto& base = bases_[{weights, precision}];
  if (!base) base = std::make_shared<const Gpt2Base>(Gpt2Checkpoint::read(weights), precision);
  return base;
}

}  // namespace agsweep
