#pragma once

#include <cstdint>

namespace agsweep {

/// One dropout layer's mask in one shard of one step: a pure function of (seed, step, shard, site, element), so that the backward pass
/// draws the forward pass's mask again instead of keeping it. Element i takes word i % 64 / 16 of the Philox block with counter
/// (i / 64 * 16 + i % 16, site, shard, step).
struct Dropout {
  float p = 0;  // probability of a zero, in [0, 1)
  std::uint64_t seed = 0;
  std::uint32_t step = 0;  // from 1
  std::uint32_t shard = 0;
  std::uint32_t site = 0;  // which dropout layer of the model

  bool active() const { return p > 0; }
};

}  // namespace agsweep
