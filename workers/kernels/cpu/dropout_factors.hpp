#pragma once

#include <cstdint>

#include "workers/kernels/cpu/simd.hpp"
#include "workers/kernels/dropout.hpp"

namespace agsweep {

static_assert(dropout_block == 4 * lane_count, "one call of dropout_factors fills a block");

namespace detail {

/// The low and high halves of 16 products: even and odd lanes multiplied as 64-bit numbers.
AGSWEEP_INLINE void multiply(const UIntLanes& value, std::uint32_t by, UIntLanes& low, UIntLanes& high) {
  const auto pairs = load_lanes<ULongLanes>(&value);
  const ULongLanes even = (pairs & 0xFFFFFFFFU) * std::uint64_t{by};
  const ULongLanes odd = (pairs >> 32) * std::uint64_t{by};
  const ULongLanes halves = (even >> 32) | (odd & 0xFFFFFFFF00000000U);
  high = load_lanes<UIntLanes>(&halves);
  low = value * by;
}

}  // namespace detail

/// factors[0..64) = 1 / (1 - p) or 0 for the mask's elements first .. first + 64; `first` is a multiple of 64.
/// Sixteen counters of base/philox.hpp's generator at a time, one a lane.
AGSWEEP_INLINE void dropout_factors(const Dropout& dropout, std::int64_t first, float* factors) {
  const UIntLanes lane_index = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  UIntLanes c0 = lane_index + static_cast<std::uint32_t>(first / 4);
  UIntLanes c1 = UIntLanes{} + dropout.site;
  UIntLanes c2 = UIntLanes{} + dropout.stream->shard;
  UIntLanes c3 = UIntLanes{} + dropout.stream->step;
  auto k0 = static_cast<std::uint32_t>(dropout.stream->seed);
  auto k1 = static_cast<std::uint32_t>(dropout.stream->seed >> 32);
  for (int round = 0; round < 10; ++round) {
    UIntLanes low0, high0, low2, high2;
    detail::multiply(c0, 0xD2511F53, low0, high0);
    detail::multiply(c2, 0xCD9E8D57, low2, high2);
    c0 = high2 ^ c1 ^ k0;
    c1 = low2;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  const UIntLanes dropped_below = UIntLanes{} + static_cast<std::uint32_t>(static_cast<double>(dropout.p) * 0x1p32);
  const FloatLanes zero{};
  const FloatLanes kept = zero + 1.0F / (1.0F - dropout.p);
  store_lanes(factors, c0 < dropped_below ? zero : kept);
  store_lanes(factors + lane_count, c1 < dropped_below ? zero : kept);
  store_lanes(factors + 2 * lane_count, c2 < dropped_below ? zero : kept);
  store_lanes(factors + 3 * lane_count, c3 < dropped_below ? zero : kept);
}

/// A row's factors; each row starts at a whole generator block, whatever its width.
/// @param stride   round_up(width, dropout_block)
/// @param factors  [stride]
AGSWEEP_INLINE void dropout_row_factors(const Dropout& dropout, std::int64_t row, std::int64_t stride, float* factors) {
  for (std::int64_t begin = 0; begin < stride; begin += dropout_block) dropout_factors(dropout, row * stride + begin, factors + begin);
}

}  // namespace agsweep
