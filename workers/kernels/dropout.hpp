#pragma once

#include <cstdint>

namespace agsweep {

/// What a shard's masks depend on in one step. Lies in the memory of the device whose kernels read it: a captured graph reads each step's.
struct DropoutStream {
  std::uint64_t seed = 0;
  std::uint32_t step = 0;  // from 1
  std::uint32_t shard = 0;
};

/// One dropout layer's mask in one shard of one step: a pure function of (seed, step, shard, site, element), so that the backward pass
/// draws the forward pass's mask again instead of keeping it. Element i takes word i % 64 / 16 of the Philox block with counter
/// (i / 64 * 16 + i % 16, site, shard, step).
struct Dropout {
  float p = 0;             // probability of a zero, in [0, 1)
  std::uint32_t site = 0;  // which dropout layer of the model
  const DropoutStream* stream = nullptr;

  bool active() const { return p > 0; }
};

/// Elements that sixteen lanes of the generator fill at once; a row's mask begins at a whole number of them.
inline constexpr std::int64_t dropout_block = 64;

}  // namespace agsweep
