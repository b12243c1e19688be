#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/corpus.hpp"

namespace agsweep {

/// Rows packed end to end, without padding.
struct PackedBatch {
  std::vector<std::int32_t> tokens;   // [offsets.back()]
  std::vector<std::int32_t> offsets;  // [rows + 1]
  std::vector<std::int32_t> labels;   // [rows]

  std::int64_t rows() const { return static_cast<std::int64_t>(labels.size()); }
  std::int64_t token_count() const { return static_cast<std::int64_t>(tokens.size()); }
};

/// @param rows  indices into the split
PackedBatch pack(const Split& split, std::span<const std::uint32_t> rows);

}  // namespace agsweep
