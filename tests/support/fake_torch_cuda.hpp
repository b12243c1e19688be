#pragma once

#include <cstddef>

namespace agsweep::testing_support {

// In place of LibTorch's CUDA libraries, over fake_cuda_runtime: a pool of streams, and an allocator of the host's memory.

/// The allocator has no more than so many bytes from here on.
void limit_device_memory(std::size_t bytes);

/// How often the cache was given back to CUDA.
int emptied_caches();

/// Memory pools of graphs that were begun and not released.
int live_graph_pools();

}  // namespace agsweep::testing_support
