#pragma once

#include <cstddef>
#include <cstring>  // std::memset
#include <memory>
#include <new>  // std::align_val_t
#include <vector>

#include "workers/kernels/cuda/cuda_kernels.hpp"

// The device's kernels in a test: on the emulator, or on a GPU where the tests are built with AGSWEEP_TEST_ON_GPU.
#ifdef AGSWEEP_TEST_ON_GPU

#include "tests/support/device_kernels.hpp"

#else

#include "tests/support/gpu_block.hpp"

namespace agsweep {

inline constexpr std::align_val_t device_alignment{256};
inline void* allocate_for_tests(std::size_t bytes) { return ::operator new(bytes, device_alignment); }
inline void free_for_tests(void* memory) { ::operator delete(memory, device_alignment); }

/// The emulator's random orders, from the beginning.
inline void begin_orders(std::uint64_t seed) { gpu_emulator::seed(seed); }

/// Host memory as the emulated device's scratch: exactly as much as was asked for, full of NaNs.
class HostScratch final : public ScratchMemory {
 public:
  void* grow(std::size_t bytes) override {
    memory_.reset(allocate_for_tests(bytes));
    std::memset(memory_.get(), 0xFF, bytes);
    return memory_.get();
  }

 private:
  struct Free {
    void operator()(void* memory) const { free_for_tests(memory); }
  };
  std::unique_ptr<void, Free> memory_;
};

class KernelsUnderTest {
 public:
  CudaKernels& operator*() { return kernels_; }
  CudaKernels* operator->() { return &kernels_; }
  /// Until the calls so far are done: here each is when it returns.
  void wait() const {}

 private:
  HostScratch scratch_;
  CudaKernels kernels_{nullptr, scratch_};
};

}  // namespace agsweep

#endif

namespace agsweep {

template <typename T>
struct DeviceAllocator {
  using value_type = T;
  DeviceAllocator() = default;
  template <typename Other>
  explicit(false) DeviceAllocator(DeviceAllocator<Other> /*other*/) {}
  T* allocate(std::size_t count) { return static_cast<T*>(allocate_for_tests(count * sizeof(T))); }
  void deallocate(T* memory, std::size_t /*count*/) { free_for_tests(memory); }
  friend bool operator==(DeviceAllocator, DeviceAllocator) { return true; }
};

/// What a kernel's arguments point to.
template <typename T>
using DeviceVector = std::vector<T, DeviceAllocator<T>>;

}  // namespace agsweep
