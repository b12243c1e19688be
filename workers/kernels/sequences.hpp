#pragma once

#include <cstdint>
#include <span>

namespace agsweep {

/// Packed sequences as rows of a matrix, one behind the other; behind the last one there may be rows that only fill blocks of a GEMM.
struct Sequences {
  std::span<const std::int32_t> offsets;  // [count + 1], in the device's memory
  std::int64_t rows = 0;                  // of the matrix, at least the last offset
  std::int64_t longest = 0;               // at least the longest sequence's length, and equal to it rounded up to any multiple up to 64

  std::int64_t count() const { return static_cast<std::int64_t>(offsets.size()) - 1; }
};

}  // namespace agsweep
