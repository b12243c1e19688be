#pragma once

#include <cstdint>

#include "base/philox.hpp"  // PhiloxStream

namespace agsweep {

/// What the corpus's seed is used for: a stream of its own for each class or row, so that no choice depends on another.
enum class CorpusDraw : std::uint64_t { validation = 1, train_limit = 2, synthetic_train = 3, synthetic_test = 4 };

/// @param index  a class's or a row's, below 2^48
/// The top bit keeps these apart from a training's streams of the same seed: those of epochs, and dropout's, whose steps stay below 2^31.
inline PhiloxStream corpus_stream(std::uint64_t seed, CorpusDraw draw, std::size_t index) {
  return PhiloxStream(seed, std::uint64_t{1} << 63 | static_cast<std::uint64_t>(draw) << 48 | index);
}

}  // namespace agsweep
