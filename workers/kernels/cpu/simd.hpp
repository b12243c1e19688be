#pragma once

#include <bit>  // std::bit_cast
#include <cstdint>
#include <cstring>  // std::memcpy

#include "workers/kernels/element.hpp"

namespace agsweep {

// One body, compiled for several instruction sets; the loader picks the best that the CPU has. So one program runs on every node
// of a cluster at its speed. Sanitizers start too late for a choice at load time, and clang spells the targets differently.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define AGSWEEP_SIMD __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define AGSWEEP_SIMD
#endif
// Helpers must be inlined into such a function to be compiled for its instruction set.
#define AGSWEEP_INLINE [[gnu::always_inline]] inline

/// Sixteen lanes: one AVX-512 register, two of AVX2, four of SSE or NEON; the compiler splits them as the target asks.
inline constexpr std::int64_t lane_count = 16;
using FloatLanes = float __attribute__((vector_size(64)));
using IntLanes = std::int32_t __attribute__((vector_size(64)));
using UIntLanes = std::uint32_t __attribute__((vector_size(64)));
using ULongLanes = std::uint64_t __attribute__((vector_size(64)));  // eight of them

template <typename Lanes>
AGSWEEP_INLINE Lanes load_lanes(const void* from) {
  Lanes value;
  std::memcpy(&value, from, sizeof(Lanes));
  return value;
}

template <typename Lanes>
AGSWEEP_INLINE void store_lanes(void* to, const Lanes& value) {
  std::memcpy(to, &value, sizeof(Lanes));
}

AGSWEEP_INLINE float sum_of(const FloatLanes& value) {
  float sum = 0;
  for (std::int64_t lane = 0; lane < lane_count; ++lane) sum += value[lane];
  return sum;
}

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

AGSWEEP_INLINE float to_float(float value) { return value; }
AGSWEEP_INLINE float to_float(BFloat16 value) { return std::bit_cast<float>(std::uint32_t{value.bits} << 16); }

AGSWEEP_INLINE void assign(float& to, float value) { to = value; }
/// Rounds to nearest even, as torch does; a NaN stays one.
AGSWEEP_INLINE void assign(BFloat16& to, float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
  to.bits = static_cast<std::uint16_t>(value == value ? rounded : 0x7FC0);
}

}  // namespace agsweep
