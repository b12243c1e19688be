#pragma once

#include <type_traits>  // std::is_const_v

#include "workers/kernels/cuda/gpu.cuh"

// The tensor cores' product of 16 x 16 by 16 x 8 bf16, summed in fp32, as one instruction of a warp whose layout is documented (PTX ISA,
// "Matrix Fragments for mma.m16n8k16"), so that a thread can make its elements in registers. Words hold two elements, the first one in the
// lower half.

namespace agsweep::gpu {

/// Where a lane stands: lane 4 * group + member.
struct Quartet {
  int group = static_cast<int>(threadIdx.x) % warp_size / 4;
  int member = static_cast<int>(threadIdx.x) % 4;
};

/// sum += a b.
/// @param sum  rows group (0, 1) and group + 8 (2, 3); columns 2 * member (0, 2) and the one behind it (1, 3)
/// @param a    rows group (0, 2) and group + 8 (1, 3); inner 2 * member and the one behind it (0, 1), those 8 further on (2, 3)
/// @param b    column group; inner as a's
__device__ inline void multiply_add(float (&sum)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
#ifdef __CUDACC__
  asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
  gpu_emulator::multiply_add(sum, a, b);
#endif
}

/// Two values, each to the nearest bf16.
__device__ inline unsigned packed(float first, float second) {
#ifdef __CUDACC__
  const __nv_bfloat162 pair = __floats2bfloat162_rn(first, second);
  unsigned word;
  memcpy(&word, &pair, sizeof(word));
  return word;
#else
  return unsigned{rounded<BFloat16>(first).bits} | unsigned{rounded<BFloat16>(second).bits} << 16;
#endif
}
__device__ inline unsigned packed(BFloat16 first, BFloat16 second) { return unsigned{first.bits} | unsigned{second.bits} << 16; }

__device__ inline float first_of(unsigned word) { return __uint_as_float(word << 16); }
__device__ inline float second_of(unsigned word) { return __uint_as_float(word & 0xFFFF0000U); }

/// Words in one access, which `address` is aligned to: unsigned, or uint2 for four elements.
template <typename Words, typename Address>
__device__ inline auto& words_at(Address* address) {
#ifndef __CUDACC__
  gpu_emulator::require_aligned(address, sizeof(Words));
#endif
  if constexpr (std::is_const_v<Address>) {
    return *reinterpret_cast<const Words*>(address);
  } else {
    return *reinterpret_cast<Words*>(address);
  }
}

}  // namespace agsweep::gpu
