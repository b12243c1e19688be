#pragma once

#include "workers/kernels/cpu/simd.hpp"

namespace agsweep {

/// e^x for x <= 88, within 2 units in the last place; 0 below -87. Range reduction by ln 2 in two parts (Cody and Waite 1980), then the
/// Taylor polynomial of degree 7 on [-ln 2 / 2, ln 2 / 2].
AGSWEEP_INLINE void exp_lanes(FloatLanes& x) {
  const FloatLanes zero{};
  const IntLanes underflow = x < zero - 87.0F;
  x = underflow ? zero : x;
  constexpr float round_to_integer = 12582912.0F;  // 1.5 * 2^23: adding it leaves no fraction bits
  const FloatLanes n = (x * 1.44269504F + round_to_integer) - round_to_integer;
  const FloatLanes r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
  FloatLanes p = zero + 1.0F / 5040;
  p = p * r + 1.0F / 720;
  p = p * r + 1.0F / 120;
  p = p * r + 1.0F / 24;
  p = p * r + 1.0F / 6;
  p = p * r + 0.5F;
  p = p * r + 1.0F;
  p = p * r + 1.0F;
  const IntLanes exponent = (__builtin_convertvector(n, IntLanes) + 127) << 23;
  x = underflow ? zero : p * load_lanes<FloatLanes>(&exponent);
}

}  // namespace agsweep
