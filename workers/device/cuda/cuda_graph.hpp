#pragma once

#include <functional>

#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>

#include "workers/device/device_stream.hpp"

namespace agsweep {

/// A CUDA graph, captured on its own: at::cuda::CUDAGraph would also register the process's default generator, which is not ours to use and
/// which trials on other threads would change at the same time.
class CudaGraph final : public DeviceGraph {
 public:
  /// Captures what `work` launches on `stream`, the calling thread's current one. What `work` allocates all the same comes from memory that
  /// is the graph's as long as it lives.
  CudaGraph(c10::cuda::CUDAStream stream, const std::function<void()>& work);
  ~CudaGraph() override;
  CudaGraph(const CudaGraph&) = delete;
  CudaGraph& operator=(const CudaGraph&) = delete;

  void launch() override;

 private:
  void capture(const std::function<void()>& work);

  c10::cuda::CUDAStream stream_;
  c10::MempoolId_t memory_;
  cudaGraphExec_t graph_ = nullptr;
};

}  // namespace agsweep
