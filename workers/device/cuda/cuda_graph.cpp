#include "workers/device/cuda/cuda_graph.hpp"

#include <utility>  // std::exchange

#include <ATen/cuda/CUDAGraph.h>  // at::cuda::graph_pool_handle

#include "workers/device/cuda/check_cuda.hpp"

namespace agsweep {

namespace allocator = c10::cuda::CUDACachingAllocator;

namespace {

/// The allocations of a stream go to a graph's memory while this lives.
class AllocateFor {
 public:
  AllocateFor(c10::cuda::CUDAStream stream, c10::MempoolId_t memory) : device_(stream.device_index()), memory_(memory) {
    allocator::beginAllocateToPool(device_, memory_, [own = stream.stream()](cudaStream_t asking) { return asking == own; });
  }
  ~AllocateFor() { allocator::endAllocateToPool(device_, memory_); }
  AllocateFor(const AllocateFor&) = delete;
  AllocateFor& operator=(const AllocateFor&) = delete;

 private:
  c10::DeviceIndex device_;
  c10::MempoolId_t memory_;
};

/// A stream in capture; a capture that nobody ended is thrown away, or nothing could run on the stream any more.
class Capture {
 public:
  explicit Capture(c10::cuda::CUDAStream stream) : stream_(stream) {
    // Other threads' trials go on meanwhile, and may allocate.
    check_cuda(cudaStreamBeginCapture(stream_.stream(), cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture",
               stream_.device_index());
    open_ = true;
  }
  ~Capture() {
    if (open_) cudaStreamEndCapture(stream_.stream(), &graph_);
    if (graph_ != nullptr) cudaGraphDestroy(graph_);
    if (open_) cudaGetLastError();
  }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  cudaGraph_t end() {
    open_ = false;
    check_cuda(cudaStreamEndCapture(stream_.stream(), &graph_), "cudaStreamEndCapture", stream_.device_index());
    return graph_;
  }

 private:
  c10::cuda::CUDAStream stream_;
  cudaGraph_t graph_ = nullptr;
  bool open_ = false;
};

}  // namespace

CudaGraph::CudaGraph(c10::cuda::CUDAStream stream, const std::function<void()>& work)
    : stream_(stream), memory_(at::cuda::graph_pool_handle()) {
  try {
    capture(work);
  } catch (...) {
    allocator::get()->releasePool(stream_.device_index(), memory_);
    throw;
  }
}

void CudaGraph::capture(const std::function<void()>& work) {
  const c10::DeviceIndex device = stream_.device_index();
  const AllocateFor allocations(stream_, memory_);
  Capture captured(stream_);
  work();
  check_cuda(cudaGraphInstantiate(&graph_, captured.end(), 0), "cudaGraphInstantiate", device);
}

CudaGraph::~CudaGraph() {
  cudaGraphExecDestroy(graph_);
  allocator::get()->releasePool(stream_.device_index(), memory_);
}

void CudaGraph::launch() { check_cuda(cudaGraphLaunch(graph_, stream_.stream()), "cudaGraphLaunch", stream_.device_index()); }

}  // namespace agsweep
