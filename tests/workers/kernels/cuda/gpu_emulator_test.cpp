#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "base/philox.hpp"
#include "tests/support/random_floats.hpp"
#include "workers/kernels/cuda/gpu.cuh"

namespace agsweep {
namespace {

using gpu_emulator::count_orders;
using gpu_emulator::KernelFault;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// to = from reversed within each block, by way of shared memory.
template <bool Waits>
__global__ void reverse(const float* from, float* to) {
  AGSWEEP_SHARED(float, row, 128);
  const unsigned first = blockIdx.x * 128;
  row[threadIdx.x] = from[first + threadIdx.x];
  if (Waits) __syncthreads();
  to[first + threadIdx.x] = row[127 - threadIdx.x];
}

/// Each warp's sum in its first lane, by way of shared memory; a warp's barrier is enough.
template <bool Waits>
__global__ void add_up(const float* from, float* sums) {
  AGSWEEP_DYNAMIC_SHARED(float, values);
  values[threadIdx.x] = from[threadIdx.x];
  if (Waits) __syncwarp();
  if (threadIdx.x % 32 != 0) return;
  float sum = 0;
  for (unsigned i = 0; i < 32; ++i) sum += values[threadIdx.x + i];
  sums[threadIdx.x / 32] = sum;
}

/// As a loop that fills the same shared memory again: without the second barrier a thread may overwrite what another has not read.
template <bool Waits>
__global__ void shift_rows(const float* from, float* to, unsigned rows) {
  AGSWEEP_SHARED(float, row, 64);
  for (unsigned r = 0; r < rows; ++r) {
    row[threadIdx.x] = from[r * 64 + threadIdx.x];
    __syncthreads();
    to[r * 64 + threadIdx.x] = row[(threadIdx.x + 1) % 64];
    if (Waits) __syncthreads();
  }
}

template <typename Kernel>
bool reverses(Kernel kernel) {
  const auto from = random_floats(3 * 128, 1);
  std::vector<float> to(from.size());
  gpu::launch(nullptr, kernel, gpu::blocks(3), 128, 0, from.data(), to.data());
  for (std::size_t i = 0; i < to.size(); ++i) {
    if (to[i] != from[i / 128 * 128 + 127 - i % 128]) return false;
  }
  return true;
}

template <typename Kernel>
bool adds_up(Kernel kernel) {
  const std::vector<float> ones(64, 1.0F);
  std::vector<float> sums(2);
  gpu::launch(nullptr, kernel, gpu::blocks(1), 64, 64 * sizeof(float), ones.data(), sums.data());
  return sums == std::vector<float>{32, 32};
}

template <typename Kernel>
bool shifts(Kernel kernel) {
  const auto from = random_floats(8 * 64, 1);
  std::vector<float> to(from.size());
  gpu::launch(nullptr, kernel, gpu::blocks(1), 64, 0, from.data(), to.data(), 8U);
  for (std::size_t i = 0; i < to.size(); ++i) {
    if (to[i] != from[i / 64 * 64 + (i + 1) % 64]) return false;
  }
  return true;
}

TEST(GpuEmulator, FindsAMissingBlockBarrier) {
  EXPECT_EQ(count_orders(20, [] { return reverses(reverse<true>); }), 20);
  EXPECT_EQ(count_orders(20, [] { return reverses(reverse<false>); }), 0);
}

TEST(GpuEmulator, FindsAMissingWarpBarrier) {
  EXPECT_EQ(count_orders(20, [] { return adds_up(add_up<true>); }), 20);
  EXPECT_LT(count_orders(20, [] { return adds_up(add_up<false>); }), 5);
}

TEST(GpuEmulator, FindsAMissingBarrierBeforeSharedMemoryIsFilledAgain) {
  EXPECT_EQ(count_orders(20, [] { return shifts(shift_rows<true>); }), 20);
  EXPECT_EQ(count_orders(20, [] { return shifts(shift_rows<false>); }), 0);
}

__global__ void half_waits(bool warp) {
  if (threadIdx.x % 2 == 0) return;
  if (warp) __shfl_xor_sync(~0U, 1.0F, 1);
  __syncthreads();
}
__global__ void waits_in_two_places(int* out) {
  if (threadIdx.x < 32) {  // NOLINT(bugprone-branch-clone): two places
    __syncthreads();
  } else {
    __syncthreads();
  }
  *out = 1;
}
__global__ void part_of_a_warp_shuffles(int* out) {
  if (threadIdx.x == 5) __syncthreads();
  *out = __shfl_sync(~0U, 1, 0);
  __syncthreads();
}

TEST(GpuEmulator, ReportsABarrierThatNotAllThreadsReach) {
  int out = 0;
  EXPECT_THAT([] { gpu::launch(nullptr, half_waits, gpu::blocks(1), 64, 0, false); }, ThrowsMessage<KernelFault>(HasSubstr("has ended")));
  EXPECT_THAT([&] { gpu::launch(nullptr, waits_in_two_places, gpu::blocks(1), 64, 0, &out); },
              ThrowsMessage<KernelFault>(HasSubstr("waits for its block at")));
  EXPECT_THAT([&] { gpu::launch(nullptr, part_of_a_warp_shuffles, gpu::blocks(1), 32, 0, &out); },
              ThrowsMessage<KernelFault>(HasSubstr("thread 5 waits for its block")));
  EXPECT_TRUE(reverses(reverse<true>));  // and goes on after a fault
}

__global__ void takes_too_much() {
  AGSWEEP_SHARED(double, rows, 6400);
  rows[0] = 0;
}
__global__ void writes_behind(unsigned at) {
  AGSWEEP_DYNAMIC_SHARED(float, values);
  values[at] = 0;
}

TEST(GpuEmulator, LimitsSharedMemoryToWhatACardHasAndTheLaunchAsksFor) {
  EXPECT_NO_THROW(gpu::launch(nullptr, takes_too_much, gpu::blocks(1), 1, 99 * 1024 - 51200));
  EXPECT_THROW(gpu::launch(nullptr, takes_too_much, gpu::blocks(1), 1, 99 * 1024 - 51200 + 1), KernelFault);
  EXPECT_NO_THROW(gpu::launch(nullptr, writes_behind, gpu::blocks(1), 1, 8, 1U));
  EXPECT_THROW(gpu::launch(nullptr, writes_behind, gpu::blocks(1), 1, 0, 1U), KernelFault);
#ifndef __SANITIZE_ADDRESS__  // which ends the program
  EXPECT_THROW(gpu::launch(nullptr, writes_behind, gpu::blocks(1), 1, 8, 2U), KernelFault);
#endif
}

__global__ void reads_unwritten(float* out) {
  AGSWEEP_SHARED(float, a, 1);
  AGSWEEP_DYNAMIC_SHARED(float, b);
  out[2 * blockIdx.x] = a[0];
  out[2 * blockIdx.x + 1] = b[0];
  a[0] = b[0] = 1;
}

TEST(GpuEmulator, GivesEachBlockNaNsInSharedMemory) {
  std::vector<float> out(6);
  gpu::launch(nullptr, reads_unwritten, gpu::blocks(3), 1, sizeof(float), out.data());
  for (const float value : out) EXPECT_TRUE(std::isnan(value));
}

template <typename T>
__global__ void shuffles(T* out) {
  const auto me = static_cast<T>(threadIdx.x);
  T* row = out + 6 * threadIdx.x;
  row[0] = __shfl_xor_sync(~0U, me, 5);
  row[1] = __shfl_down_sync(~0U, me, 3);
  row[2] = __shfl_up_sync(~0U, me, 3, 8);
  row[3] = __shfl_sync(~0U, me, 9);
  row[4] = threadIdx.x < 16 ? __shfl_xor_sync(0xFFFFU, me, 1) : T{0};
  row[5] = static_cast<T>(__popc(__ballot_sync(~0U, threadIdx.x % 3 == 0))) +
           static_cast<T>(__any_sync(~0U, threadIdx.x == 7) && !__all_sync(~0U, threadIdx.x == 7));
}

TEST(GpuEmulator, ShufflesAndVotesAsCudaDoes) {
  const auto check = [](auto zero) {
    using T = decltype(zero);
    std::vector<T> out(6 * 32);
    gpu::launch(nullptr, shuffles<T>, gpu::blocks(1), 32, 0, out.data());
    for (unsigned lane = 0; lane < 32; ++lane) {
      const T* row = out.data() + 6 * lane;
      EXPECT_EQ(row[0], static_cast<T>(lane ^ 5));
      EXPECT_EQ(row[1], static_cast<T>(lane + 3 < 32 ? lane + 3 : lane));
      EXPECT_EQ(row[2], static_cast<T>(lane % 8 >= 3 ? lane - 3 : lane));
      EXPECT_EQ(row[3], static_cast<T>(9));
      EXPECT_EQ(row[4], static_cast<T>(lane < 16 ? lane ^ 1 : 0));
      EXPECT_EQ(row[5], static_cast<T>(12));
    }
  };
  check(0);
  check(0.0F);
  check(0.0);
  check(std::int64_t{0});
}

template <typename Left, typename Right>
__global__ void multiply(const BFloat16* a, const BFloat16* b, float* c) {
  namespace wmma = nvcuda::wmma;
  wmma::fragment<wmma::matrix_a, 16, 16, 16, __nv_bfloat16, Left> left;
  wmma::fragment<wmma::matrix_b, 16, 16, 16, __nv_bfloat16, Right> right;
  wmma::fragment<wmma::accumulator, 16, 16, 16, float> sum;
  wmma::fill_fragment(sum, 1.0F);
  wmma::load_matrix_sync(left, gpu::as_matrix(a), 24);
  wmma::load_matrix_sync(right, gpu::as_matrix(b), 24);
  wmma::mma_sync(sum, left, right, sum);
  for (float& element : sum.x) element *= 2;
  wmma::store_matrix_sync(c, sum, 16, wmma::mem_row_major);
}

TEST(GpuEmulator, MultipliesTilesAsCudaDoes) {
  alignas(32) BFloat16 a[16 * 24];
  alignas(32) BFloat16 b[16 * 24];
  alignas(32) float c[256];
  const auto values = random_floats(2 * 16 * 24, 1);
  for (unsigned i = 0; i < 16 * 24; ++i) {
    a[i] = gpu::rounded<BFloat16>(values[i]);
    b[i] = gpu::rounded<BFloat16>(values[16 * 24 + i]);
  }
  namespace wmma = nvcuda::wmma;
  const auto check = [&](auto kernel, bool a_by_rows, bool b_by_rows) {
    gpu::launch(nullptr, kernel, gpu::blocks(1), 32, 0, &a[0], &b[0], &c[0]);
    for (unsigned i = 0; i < 16; ++i) {
      for (unsigned j = 0; j < 16; ++j) {
        float sum = 1;
        for (unsigned k = 0; k < 16; ++k) {
          sum += gpu::as_float(a[a_by_rows ? i * 24 + k : k * 24 + i]) * gpu::as_float(b[b_by_rows ? k * 24 + j : j * 24 + k]);
        }
        EXPECT_NEAR(c[i * 16 + j], 2 * sum, 1e-5);
      }
    }
  };
  check(multiply<wmma::row_major, wmma::row_major>, true, true);
  check(multiply<wmma::row_major, wmma::col_major>, true, false);
  check(multiply<wmma::col_major, wmma::row_major>, false, true);
}

__global__ void load_four(const float* from, float* to) {
  float values[4];
  gpu::load(from, values);
  gpu::store(to, values);
}

TEST(GpuEmulator, RefusesAnAccessThatIsNotAligned) {
  alignas(16) float memory[12] = {};
  EXPECT_NO_THROW(gpu::launch(nullptr, load_four, gpu::blocks(1), 1, 0, &memory[4], &memory[0]));
  EXPECT_THROW(gpu::launch(nullptr, load_four, gpu::blocks(1), 1, 0, &memory[2], &memory[0]), KernelFault);
}

__global__ void draw(gpu::DropoutLayer layer, std::uint32_t block, float* factors) {
  float four[4];
  gpu::DropoutMask(layer).draw(block, threadIdx.x, four);
  for (unsigned word = 0; word < 4; ++word) factors[word * 16 + threadIdx.x] = four[word];
}

TEST(DropoutMask, TakesItsElementsFromThePhiloxBlocksOfTheInterface) {
  const DropoutStream stream{.seed = 0x123456789ABCDEF0, .step = 7, .shard = 3};
  const Dropout dropout{.p = 0.3F, .site = 11, .stream = &stream};
  std::vector<float> factors(64);
  gpu::launch(nullptr, draw, gpu::blocks(1), 16, 0, gpu::DropoutLayer(dropout), 5U, factors.data());
  for (std::uint32_t i = 0; i < 64; ++i) {
    const std::uint32_t word = philox(stream.seed, {5 * 16 + i % 16, 11, 3, 7}).at(i / 16);
    EXPECT_EQ(factors[i], word < static_cast<std::uint32_t>(0.3F * 0x1p32) ? 0.0F : 1.0F / (1.0F - 0.3F));
  }
}

}  // namespace
}  // namespace agsweep
