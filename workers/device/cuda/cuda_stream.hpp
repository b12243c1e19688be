#pragma once

#include <array>
#include <memory>
#include <vector>

#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>

#include "workers/device/cuda/cuda_scratch_memory.hpp"
#include "workers/device/cuda/free_streams.hpp"
#include "workers/device/device_stream.hpp"
#include "workers/kernels/cuda/cuda_kernels.hpp"

namespace agsweep {

/// A stream of LibTorch's pool, so that LibTorch's allocator and products know it; never the legacy stream, which waits for all others.
class CudaStream final : public DeviceStream {
 public:
  /// @param free_streams  lives longer
  CudaStream(int device, double patience, FreeStreams& free_streams);
  ~CudaStream() override;
  CudaStream(const CudaStream&) = delete;
  CudaStream& operator=(const CudaStream&) = delete;

  cudaStream_t get() const { return stream_.stream(); }

  c10::Device device() const override { return stream_.device(); }
  DeviceKernels& kernels() override { return kernels_; }
  void enter() override;

  std::span<std::byte> host_memory(std::size_t bytes) override;
  void copy_in(void* device_memory, const void* host_memory, std::size_t bytes) override;
  void copy_out(void* host_memory, const void* device_memory, std::size_t bytes) override;

  void mark(int slot) override;
  bool reached(int slot) override;

  std::unique_ptr<DeviceGraph> record(const std::function<void()>& work) override;

  DeviceMemory memory() const override;

 private:
  void check(cudaError_t result, const char* call) const;
  bool ends() noexcept;

  FreeStreams& free_streams_;
  c10::cuda::CUDAStream stream_;
  std::int64_t total_memory_ = 0;
  std::array<cudaEvent_t, slots> marks_{};
  std::vector<void*> host_memory_;
  CudaScratchMemory scratch_{get()};
  CudaKernels kernels_{get(), scratch_};
};

}  // namespace agsweep
