#pragma once

#include <algorithm>  // std::min
#include <bit>        // std::bit_cast
#include <cmath>
#include <cstdint>
#include <cstring>      // std::memcpy
#include <type_traits>  // std::is_trivially_copyable_v

#include "tests/support/gpu_block.hpp"
#include "workers/kernels/element.hpp"  // BFloat16

// CUDA's names, as far as the kernels use them, for g++.

#define __global__ inline  // a header's
#define __device__
#define __host__
#define __forceinline__ inline
#define __launch_bounds__(...)

struct alignas(8) float2 {
  float x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(8) uint2 {
  unsigned x, y;
};
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
using __nv_bfloat16 = agsweep::BFloat16;

inline void __syncthreads(agsweep::gpu_emulator::Where where = agsweep::gpu_emulator::Where::current()) {
  agsweep::gpu_emulator::meet_block(where);
}
inline void __syncwarp(unsigned mask = ~0U, agsweep::gpu_emulator::Where where = agsweep::gpu_emulator::Where::current()) {
  agsweep::gpu_emulator::meet_warp(agsweep::gpu_emulator::WarpOperation::synchronise, mask, nullptr, 0, where);
}
inline void __threadfence() {}

namespace agsweep::gpu_emulator {

inline unsigned lane() { return threadIdx.x % warp_size; }

/// What lane `from` brings; each lane brings its own value. Lanes of another width-wide part of the warp keep to themselves.
template <typename T>
T shuffle(unsigned mask, T value, unsigned from, Where where) {
  static_assert(std::is_trivially_copyable_v<T> && (sizeof(T) == 2 || sizeof(T) == 4 || sizeof(T) == 8));
  const auto& brought = meet_warp(WarpOperation::shuffle, mask, &value, sizeof(T), where).of_lane;
  if ((mask >> from & 1) == 0) throw KernelFault("a lane reads one that is not in the mask");
  T result;
  std::memcpy(&result, brought[from].data(), sizeof(T));
  return result;
}

inline unsigned ballot(unsigned mask, bool value, Where where) {
  const auto& brought = meet_warp(WarpOperation::vote, mask, &value, sizeof(value), where).of_lane;
  unsigned bits = 0;
  for (unsigned i = 0; i < warp_size; ++i) {
    if ((mask >> i & 1) != 0 && brought[i][0] == std::byte{1}) bits |= 1U << i;
  }
  return bits;
}

}  // namespace agsweep::gpu_emulator

template <typename T>
T __shfl_sync(unsigned mask, T value, int from, int width = 32,
              agsweep::gpu_emulator::Where where = agsweep::gpu_emulator::Where::current()) {
  const auto part = static_cast<unsigned>(width);
  const unsigned begin = agsweep::gpu_emulator::lane() / part * part;
  return agsweep::gpu_emulator::shuffle(mask, value, begin + static_cast<unsigned>(from) % part, where);
}
template <typename T>
T __shfl_xor_sync(unsigned mask, T value, int flip, int width = 32,
                  agsweep::gpu_emulator::Where where = agsweep::gpu_emulator::Where::current()) {
  const unsigned me = agsweep::gpu_emulator::lane();
  const auto part = static_cast<unsigned>(width);
  const unsigned from = me ^ static_cast<unsigned>(flip);
  // As CUDA has it: a lane may read an earlier part of the warp, not a later one.
  return agsweep::gpu_emulator::shuffle(mask, value, from < (me / part + 1) * part ? from : me, where);
}
template <typename T>
T __shfl_down_sync(unsigned mask, T value, unsigned by, int width = 32,
                   agsweep::gpu_emulator::Where where = agsweep::gpu_emulator::Where::current()) {
  const unsigned me = agsweep::gpu_emulator::lane();
  const auto part = static_cast<unsigned>(width);
  return agsweep::gpu_emulator::shuffle(mask, value, me % part + by < part ? me + by : me, where);
}
template <typename T>
T __shfl_up_sync(unsigned mask, T value, unsigned by, int width = 32,
                 agsweep::gpu_emulator::Where where = agsweep::gpu_emulator::Where::current()) {
  const unsigned me = agsweep::gpu_emulator::lane();
  const auto part = static_cast<unsigned>(width);
  return agsweep::gpu_emulator::shuffle(mask, value, me % part >= by ? me - by : me, where);
}
inline unsigned __ballot_sync(unsigned mask, bool value, agsweep::gpu_emulator::Where where = agsweep::gpu_emulator::Where::current()) {
  return agsweep::gpu_emulator::ballot(mask, value, where);
}
inline bool __any_sync(unsigned mask, bool value, agsweep::gpu_emulator::Where where = agsweep::gpu_emulator::Where::current()) {
  return agsweep::gpu_emulator::ballot(mask, value, where) != 0;
}
inline bool __all_sync(unsigned mask, bool value, agsweep::gpu_emulator::Where where = agsweep::gpu_emulator::Where::current()) {
  return agsweep::gpu_emulator::ballot(mask, !value, where) == 0;
}

inline unsigned __umulhi(unsigned a, unsigned b) { return static_cast<unsigned>((std::uint64_t{a} * b) >> 32); }
inline int __popc(unsigned bits) { return std::popcount(bits); }
inline float __uint_as_float(unsigned bits) { return std::bit_cast<float>(bits); }
inline unsigned __float_as_uint(float value) { return std::bit_cast<unsigned>(value); }
using std::isfinite;
inline float rsqrtf(float value) { return 1.0F / std::sqrt(value); }
inline float __expf(float value) { return std::exp(value); }
inline float __fadd_rn(float a, float b) { return a + b; }
inline float __fsub_rn(float a, float b) { return a - b; }
inline float __fmul_rn(float a, float b) { return a * b; }
inline float __fdiv_rn(float a, float b) { return a / b; }
inline float __fsqrt_rn(float value) { return std::sqrt(value); }
template <typename T>
T __ldg(const T* address) {
  return *address;
}
template <typename T>
T atomicAdd(T* address, T value) {
  const T old = *address;
  *address = old + value;
  return old;
}

#include "tests/support/gpu_fragment.hpp"
