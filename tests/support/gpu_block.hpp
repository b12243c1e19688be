#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>

/// A thread's place, as CUDA names it; set while the thread runs.
struct dim3 {
  unsigned x = 1, y = 1, z = 1;
};
inline thread_local constinit dim3 gridDim, blockDim, blockIdx, threadIdx;

/// Runs a kernel's blocks on the CPU for tests, each GPU thread a fiber, in an order that differs from launch to launch, so that a missing
/// barrier, an unwritten element or a barrier that not all threads reach fails. One host thread's kernels do not see another's.
namespace agsweep::gpu_emulator {

/// What no GPU would forgive, or what it would only sometimes.
struct KernelFault : std::logic_error {
  using std::logic_error::logic_error;
};

inline constexpr unsigned warp_size = 32;
inline constexpr unsigned most_threads = 1024;
inline constexpr std::size_t most_shared_bytes = 99 * 1024;  // a block's, on a consumer's card

/// Calls `kernel` as each thread of each block of `threads`: blocks, warps and lanes in random order. Warps take turns wherever they wait;
/// shared memory holds NaNs before each block.
/// @param shared_bytes  of dynamic shared memory
/// @throws KernelFault   for barriers that threads of a block or warp do not reach together, too much shared memory, or writes beyond it
void run(dim3 grid, unsigned threads, std::size_t shared_bytes, const std::function<void()>& kernel);

/// Begins the random orders of this host thread's launches again.
void seed(std::uint64_t value);

/// Runs `test` with several seeds and tells how often it held: a race shows under some orders only.
int count_orders(int orders, const std::function<bool()>& test);

// What the emulated CUDA functions call, from inside a kernel.

/// The place of a call; std::source_location, which clang has from version 15 on.
struct Where {
  const char* file = "";
  unsigned line = 0;
  static constexpr Where current(const char* file = __builtin_FILE(), unsigned line = __builtin_LINE()) { return {file, line}; }
};

/// What the lanes of a warp do together.
enum class WarpOperation { synchronise, shuffle, vote, multiply };

using WarpValue = std::array<std::byte, 64>;

/// What the lanes of a warp brought; 0xFF bytes for one that has ended.
struct Delivery {
  std::array<WarpValue, warp_size> of_lane{};
  std::uint64_t number = 0;  // no two have the same
};

/// Waits until all lanes of the mask do the same. The result holds until this lane waits again.
const Delivery& meet_warp(WarpOperation operation, unsigned mask, const void* value, std::size_t bytes, Where where);
/// Waits until all threads of the block wait at this place.
void meet_block(Where where);

/// The block's memory of a __shared__ variable, known by `site`, the same address in each of its threads.
void* shared_variable(const void* site, std::size_t bytes);
void* dynamic_shared();

/// @throws KernelFault where a GPU would not load or store at this address
void require_aligned(const void* address, std::size_t bytes);

}  // namespace agsweep::gpu_emulator
