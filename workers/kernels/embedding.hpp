#pragma once

#include <cstdint>
#include <span>

#include "workers/kernels/dropout.hpp"
#include "workers/kernels/sequences.hpp"

namespace agsweep {

/// out[token] = dropout(table[token id] * scale + positions[position in its sequence]).
struct Embedding {
  std::span<const std::int32_t> tokens;  // [the last offset], or more: those behind it are not read
  Sequences sequences;
  std::int64_t width;
  float scale;             // sqrt(width) in Vaswani et al. 2017
  const float* table;      // [vocabulary, width]
  const float* positions;  // [longest, width]
  Dropout dropout;
};

/// Where a batch's distinct tokens stand: token i of a list at the places [begins[i], begins[i + 1]) of `places`, ascending.
/// A token of the list that the batch does not have has no place.
struct TokenPlaces {
  std::span<const std::int32_t> places;  // [tokens], indices into the batch's tokens
  std::span<const std::int32_t> begins;  // [listed tokens + 1]

  std::int64_t count() const { return static_cast<std::int64_t>(begins.size()) - 1; }
};

}  // namespace agsweep
