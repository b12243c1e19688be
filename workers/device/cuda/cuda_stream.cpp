#include "workers/device/cuda/cuda_stream.hpp"

#include <ATen/Context.h>
#include <c10/cuda/CUDACachingAllocator.h>

#include "workers/device/cuda/check_cuda.hpp"
#include "workers/device/cuda/cuda_graph.hpp"

namespace agsweep {

namespace {

/// The device is the calling thread's from here on: its context is made here, where a device that does not work says so.
c10::cuda::CUDAStream stream_of(int device, FreeStreams& free_streams) {
  check_cuda(cudaSetDevice(device), "cudaSetDevice", device);
  at::globalContext().lazyInitDevice(c10::kCUDA);  // the allocator serves nobody before, not even with figures
  return free_streams.take(device);
}

}  // namespace

CudaStream::CudaStream(int device, double patience, FreeStreams& free_streams)
    : DeviceStream(patience), free_streams_(free_streams), stream_(stream_of(device, free_streams)) {
  std::size_t free = 0;
  std::size_t total = 0;
  check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
  total_memory_ = static_cast<std::int64_t>(total);
  c10::cuda::CUDACachingAllocator::resetPeakStats(stream_.device_index());
  for (cudaEvent_t& mark : marks_) check(cudaEventCreateWithFlags(&mark, cudaEventDisableTiming), "cudaEventCreateWithFlags");
}

CudaStream::~CudaStream() {
  // A copy may still be reading the host's memory: of a device that does not come to its end all stays as it is.
  if (!ends()) return;
  for (cudaEvent_t mark : marks_) cudaEventDestroy(mark);
  for (void* memory : host_memory_) cudaFreeHost(memory);
  free_streams_.give_back(stream_);
}

/// Waits for all that was launched. @return false: the device has failed, or does not end in time
bool CudaStream::ends() noexcept {
  try {
    mark(wait_slot);
    return reached_in_time(wait_slot);
  } catch (const Error&) {
    return false;
  }
}

void CudaStream::check(cudaError_t result, const char* call) const { check_cuda(result, call, stream_.device_index()); }

void CudaStream::enter() {
  check(cudaSetDevice(stream_.device_index()), "cudaSetDevice");
  c10::cuda::setCurrentCUDAStream(stream_);
}

std::span<std::byte> CudaStream::host_memory(std::size_t bytes) {
  host_memory_.reserve(host_memory_.size() + 1);
  void* memory = nullptr;
  check(cudaHostAlloc(&memory, bytes, cudaHostAllocPortable), "cudaHostAlloc");
  host_memory_.push_back(memory);
  return {static_cast<std::byte*>(memory), bytes};
}

void CudaStream::copy_in(void* device_memory, const void* host_memory, std::size_t bytes) {
  check(cudaMemcpyAsync(device_memory, host_memory, bytes, cudaMemcpyHostToDevice, get()), "cudaMemcpyAsync to the device");
}

void CudaStream::copy_out(void* host_memory, const void* device_memory, std::size_t bytes) {
  check(cudaMemcpyAsync(host_memory, device_memory, bytes, cudaMemcpyDeviceToHost, get()), "cudaMemcpyAsync from the device");
}

void CudaStream::mark(int slot) { check(cudaEventRecord(marks_.at(static_cast<std::size_t>(slot)), get()), "cudaEventRecord"); }

bool CudaStream::reached(int slot) {
  const cudaError_t state = cudaEventQuery(marks_.at(static_cast<std::size_t>(slot)));
  if (state == cudaErrorNotReady) {
    cudaGetLastError();  // no error; else the next launch would report it
    return false;
  }
  check(state, "cudaEventQuery");
  return true;
}

std::unique_ptr<DeviceGraph> CudaStream::record(const std::function<void()>& work) { return std::make_unique<CudaGraph>(stream_, work); }

DeviceMemory CudaStream::memory() const {
  const auto stats = c10::cuda::CUDACachingAllocator::getDeviceStats(stream_.device_index());
  const auto& bytes = stats.allocated_bytes[static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE)];
  return {.in_use = bytes.current, .peak = bytes.peak, .total = total_memory_};
}

}  // namespace agsweep
