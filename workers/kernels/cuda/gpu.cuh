#pragma once

#include <cstddef>
#include <cstdint>

#include "workers/kernels/dropout.hpp"  // Dropout, DropoutStream
#include "workers/kernels/element.hpp"  // BFloat16

// What every kernel uses. nvcc compiles the .cuh files for the device; g++ compiles the same lines for the tests' emulator.

#ifdef __CUDACC__

#include <cuda_bf16.h>
#include <cuda_runtime.h>
#include <mma.h>

#include <stdexcept>  // std::runtime_error
#include <string>

/// A block's array `name` of `size` elements, uninitialised, aligned to 128 bytes.
#define AGSWEEP_SHARED(type, name, size) __shared__ __align__(128) type name[size]
/// A pointer to the shared memory whose size the launch gives, aligned to 128 bytes.
#define AGSWEEP_DYNAMIC_SHARED(type, name)                                        \
  extern __shared__ __align__(128) unsigned char agsweep_dynamic_shared_memory[]; \
  type* const name = reinterpret_cast<type*>(agsweep_dynamic_shared_memory)
#define AGSWEEP_UNROLL _Pragma("unroll")
#define AGSWEEP_UNROLL_4 _Pragma("unroll 4")

#else

#include "tests/support/gpu_emulator.hpp"

#define AGSWEEP_SHARED(type, name, size) \
  static constexpr char name##_site = 0; \
  auto& name =                           \
      *static_cast<type(*)[(size)]>(::agsweep::gpu_emulator::shared_variable(&name##_site, sizeof(type) * static_cast<std::size_t>(size)))
#define AGSWEEP_DYNAMIC_SHARED(type, name) type* const name = static_cast<type*>(::agsweep::gpu_emulator::dynamic_shared())
#define AGSWEEP_UNROLL
#define AGSWEEP_UNROLL_4

#endif

namespace agsweep::gpu {

#ifdef __CUDACC__
using Stream = cudaStream_t;
#else
using Stream = void*;
#endif

inline constexpr int warp_size = 32;

constexpr std::int64_t divide_up(std::int64_t value, std::int64_t by) { return (value + by - 1) / by; }

/// Launches the kernel, or nothing where the grid is empty.
/// @throws std::runtime_error what the device said
template <typename... Parameters, typename... Arguments>
void launch(Stream stream, void (*kernel)(Parameters...), dim3 grid, int threads, std::size_t shared_bytes, const Arguments&... arguments) {
  if (grid.x == 0 || grid.y == 0 || grid.z == 0) return;
#ifdef __CUDACC__
  cudaError_t error = cudaSuccess;
  constexpr std::size_t unasked_shared_bytes = 48 * 1024;
  if (shared_bytes > unasked_shared_bytes) {
    error = cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shared_bytes));
  }
  if (error == cudaSuccess) {
    kernel<<<grid, static_cast<unsigned>(threads), shared_bytes, stream>>>(arguments...);
    error = cudaGetLastError();
  }
  if (error != cudaSuccess) throw std::runtime_error(std::string("a kernel did not start: ") + cudaGetErrorString(error));
#else
  static_cast<void>(stream);
  gpu_emulator::run(grid, static_cast<unsigned>(threads), shared_bytes, [&] { kernel(arguments...); });
#endif
}

inline dim3 blocks(std::int64_t x, std::int64_t y = 1) { return {static_cast<unsigned>(x), static_cast<unsigned>(y), 1}; }

/// Sum over the warp, the same bits in every lane.
template <typename T>
__device__ inline T warp_sum(T value) {
  AGSWEEP_UNROLL
  for (int flip = warp_size / 2; flip > 0; flip /= 2) value += __shfl_xor_sync(~0U, value, flip);
  return value;
}

__device__ inline float as_float(float value) { return value; }
__device__ inline float as_float(BFloat16 value) { return __uint_as_float(static_cast<unsigned>(value.bits) << 16); }

template <typename T>
__device__ T rounded(float value);
template <>
__device__ inline float rounded<float>(float value) {
  return value;
}
/// To nearest even; a NaN stays one.
template <>
__device__ inline BFloat16 rounded<BFloat16>(float value) {
#ifdef __CUDACC__
  return {__bfloat16_as_ushort(__float2bfloat16_rn(value))};
#else
  const unsigned bits = __float_as_uint(value);
  const unsigned nearest = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
  return {static_cast<std::uint16_t>(value == value ? nearest : 0x7FC0)};
#endif
}

/// What CUDA's matrix functions take.
__device__ inline const __nv_bfloat16* as_matrix(const BFloat16* from) { return reinterpret_cast<const __nv_bfloat16*>(from); }

namespace detail {

template <std::size_t Bytes>
struct Access;
template <>
struct Access<2> {
  using Type = std::uint16_t;
};
template <>
struct Access<4> {
  using Type = unsigned;
};
template <>
struct Access<8> {
  using Type = uint2;
};
template <>
struct Access<16> {
  using Type = uint4;
};

}  // namespace detail

/// values = from[0 .. N) in one access of 2 to 16 bytes, which `from` is aligned to.
template <typename T, int N>
__device__ inline void load(const T* from, float (&values)[N]) {
  T elements[N];
#ifdef __CUDACC__
  const auto bits = *reinterpret_cast<const typename detail::Access<sizeof(elements)>::Type*>(from);
  memcpy(elements, &bits, sizeof(elements));
#else
  gpu_emulator::require_aligned(from, sizeof(elements));
  std::memcpy(elements, from, sizeof(elements));
#endif
  AGSWEEP_UNROLL
  for (int i = 0; i < N; ++i) values[i] = as_float(elements[i]);
}

/// to[0 .. N) = values, rounded, in one access.
template <typename T, int N>
__device__ inline void store(T* to, const float (&values)[N]) {
  T elements[N];
  AGSWEEP_UNROLL
  for (int i = 0; i < N; ++i) elements[i] = rounded<T>(values[i]);
#ifdef __CUDACC__
  typename detail::Access<sizeof(elements)>::Type bits;
  memcpy(&bits, elements, sizeof(elements));
  *reinterpret_cast<decltype(bits)*>(to) = bits;
#else
  gpu_emulator::require_aligned(to, sizeof(elements));
  std::memcpy(to, elements, sizeof(elements));
#endif
}

/// Whether every address is a multiple of `bytes`; a null is.
template <typename... Pointers>
bool all_aligned(std::size_t bytes, const Pointers*... pointers) {
  return ((reinterpret_cast<std::uintptr_t>(pointers) % bytes == 0) && ...);
}

/// A kernel's view of a dropout layer: what the host knows, and where each step's stream lies in the device's memory.
struct DropoutLayer {
  const DropoutStream* stream;  // null: no dropout
  std::uint32_t site;
  std::uint32_t dropped_below;
  float kept;

  explicit DropoutLayer(const Dropout& dropout)
      : stream(dropout.active() ? dropout.stream : nullptr),
        site(dropout.site),
        dropped_below(static_cast<std::uint32_t>(static_cast<double>(dropout.p) * 0x1p32)),
        kept(1.0F / (1.0F - dropout.p)) {}
};

/// One step's mask of a dropout layer, as CpuKernels draws it (Philox4x32-10, Salmon et al., SC 2011).
class DropoutMask {
 public:
  __device__ explicit DropoutMask(const DropoutLayer& layer) : layer_(layer), stream_{} {
    if (layer.stream != nullptr) stream_ = *layer.stream;
  }

  __device__ bool active() const { return layer_.stream != nullptr; }

  /// The factors, 0 or 1 / (1 - p), of the elements 64 * block + lane + {0, 16, 32, 48}; lane is 0 .. 15.
  /// An active layer's alone: one call of the generator gives all four.
  __device__ void draw(std::uint32_t block, std::uint32_t lane, float (&factors)[4]) const {
    std::uint32_t c[4] = {block * 16 + lane, layer_.site, stream_.shard, stream_.step};
    auto k0 = static_cast<std::uint32_t>(stream_.seed);
    auto k1 = static_cast<std::uint32_t>(stream_.seed >> 32);
    AGSWEEP_UNROLL
    for (int round = 0; round < 10; ++round) {
      const std::uint32_t high0 = __umulhi(0xD2511F53U, c[0]);
      const std::uint32_t low0 = 0xD2511F53U * c[0];
      const std::uint32_t high2 = __umulhi(0xCD9E8D57U, c[2]);
      const std::uint32_t low2 = 0xCD9E8D57U * c[2];
      c[0] = high2 ^ c[1] ^ k0;
      c[1] = low2;
      c[2] = high0 ^ c[3] ^ k1;
      c[3] = low0;
      k0 += 0x9E3779B9U;
      k1 += 0xBB67AE85U;
    }
    AGSWEEP_UNROLL
    for (int word = 0; word < 4; ++word) factors[word] = c[word] < layer_.dropped_below ? 0.0F : layer_.kept;
  }

 private:
  DropoutLayer layer_;
  DropoutStream stream_;
};

}  // namespace agsweep::gpu
