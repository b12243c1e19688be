#pragma once

#include <cstdint>

namespace agsweep {

/// The upper half of an fp32: same layout as c10::BFloat16.
struct BFloat16 {
  std::uint16_t bits;
};

constexpr std::int64_t round_up(std::int64_t value, std::int64_t multiple) { return (value + multiple - 1) / multiple * multiple; }

}  // namespace agsweep
