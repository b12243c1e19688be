#pragma once

#include <cstdint>

#include "base/philox.hpp"  // PhiloxStream

namespace agsweep {

/// What the corpus's seed is used for: a stream of its own for each class or row, so that no choice depends on another.
enum class CorpusDraw : std::uint64_t { validation = 1, train_limit = 2, synthetic_train = 3, synthetic_test = 4 };

/// @param index  a class's or a row's, below 2^48
inline PhiloxStream corpus_stream(std::uint64_t seed, CorpusDraw draw, std::size_t index) {
  // Above every stream that is numbered by an epoch, in case a training uses the same seed.
  return PhiloxStream(seed, static_cast<std::uint64_t>(draw) << 48 | index);
}

}  // namespace agsweep
