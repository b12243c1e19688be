#include "tests/support/fake_torch_cuda.hpp"

#include <iterator>  // std::ssize
#include <limits>
#include <map>
#include <stdexcept>
#include <vector>

#include <ATen/cuda/CUDAGraph.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAStream.h>

namespace agsweep::testing_support {

namespace {

std::size_t limit = std::numeric_limits<std::size_t>::max();
int pools = 0;
int emptied = 0;

[[noreturn]] void unused() { throw std::logic_error("the project does not call this"); }

class FakeAllocator final : public c10::cuda::CUDACachingAllocator::CUDAAllocator {
 public:
  void* raw_alloc_with_stream(std::size_t bytes, cudaStream_t /*stream*/) override {
    if (!initialised_) unused();
    if (bytes > limit) {
      TORCH_CHECK_WITH(OutOfMemoryError, false, "CUDA out of memory. Tried to allocate ", bytes,
                       " bytes. GPU 0 has a total capacity of 80.00 GiB of which 1.00 GiB is free. And more.");
    }
    void* const memory = ::operator new(bytes);
    sizes_[memory] = bytes;
    in_use_ += bytes;
    peak_ = std::max(peak_, in_use_);
    return memory;
  }
  void raw_delete(void* memory) override {
    in_use_ -= sizes_.at(memory);
    sizes_.erase(memory);
    ::operator delete(memory);
  }
  void init(int /*devices*/) override { initialised_ = true; }
  bool initialized() override { return initialised_; }
  c10::CachingDeviceAllocator::DeviceStats getDeviceStats(c10::DeviceIndex /*device*/) override {
    if (!initialised_) unused();
    c10::CachingDeviceAllocator::DeviceStats stats;
    stats.allocated_bytes[0].current = static_cast<std::int64_t>(in_use_);
    stats.allocated_bytes[0].peak = static_cast<std::int64_t>(peak_);
    return stats;
  }
  void resetPeakStats(c10::DeviceIndex /*device*/) override {
    if (!initialised_) unused();
    peak_ = in_use_;
  }
  void beginAllocateToPool(c10::DeviceIndex /*device*/, c10::MempoolId_t /*pool*/, std::function<bool(cudaStream_t)> /*filter*/) override {
    ++pools;
  }
  void endAllocateToPool(c10::DeviceIndex /*device*/, c10::MempoolId_t /*pool*/) override {}
  void releasePool(c10::DeviceIndex /*device*/, c10::MempoolId_t /*pool*/) override { --pools; }
  void emptyCache(c10::MempoolId_t /*pool*/) override { ++emptied; }

  c10::DataPtr allocate(std::size_t /*bytes*/) override { unused(); }
  void copy_data(void* /*to*/, const void* /*from*/, std::size_t /*bytes*/) const override { unused(); }
  void resetAccumulatedStats(c10::DeviceIndex /*device*/) override { unused(); }
  void* raw_alloc(std::size_t /*bytes*/) override { unused(); }
  double getMemoryFraction(c10::DeviceIndex /*device*/) override { unused(); }
  void setMemoryFraction(double /*fraction*/, c10::DeviceIndex /*device*/) override { unused(); }
  std::vector<c10::cuda::CUDACachingAllocator::StreamSegmentSize> getExpandableSegmentSizes(c10::DeviceIndex /*device*/) override {
    unused();
  }
  void enable(bool /*value*/) override { unused(); }
  bool isEnabled() const override { unused(); }
  void cacheInfo(c10::DeviceIndex /*device*/, std::size_t* /*largest*/) override { unused(); }
  void* getBaseAllocation(void* /*memory*/, std::size_t* /*size*/) override { unused(); }
  void recordStream(const c10::DataPtr& /*memory*/, c10::cuda::CUDAStream /*stream*/) override { unused(); }
  c10::cuda::CUDACachingAllocator::SnapshotInfo snapshot(c10::MempoolId_t /*pool*/, bool /*traces*/) override { unused(); }
  c10::cuda::CUDACachingAllocator::ShareableHandle shareIpcHandle(void* /*memory*/) override { unused(); }
  std::shared_ptr<void> getIpcDevPtr(std::string /*handle*/) override { unused(); }
  void recordHistory(bool /*enabled*/, c10::cuda::CUDACachingAllocator::CreateContextFn /*context*/, std::size_t /*entries*/,
                     c10::cuda::CUDACachingAllocator::RecordContext /*when*/, bool /*clear*/,
                     const std::vector<std::string>& /*skip*/) override {
    unused();
  }
  void attachOutOfMemoryObserver(c10::cuda::CUDACachingAllocator::OutOfMemoryObserver /*observer*/) override { unused(); }
  void attachAllocatorTraceTracker(c10::cuda::CUDACachingAllocator::AllocatorTraceTracker /*tracker*/) override { unused(); }
  void enablePeerAccess(c10::DeviceIndex /*device*/, c10::DeviceIndex /*other*/) override { unused(); }
  cudaError_t memcpyAsync(void* /*to*/, int /*to_device*/, const void* /*from*/, int /*from_device*/, std::size_t /*bytes*/,
                          cudaStream_t /*stream*/, bool /*peers*/) override {
    unused();
  }
  std::shared_ptr<c10::cuda::CUDACachingAllocator::AllocatorState> getCheckpointState(c10::DeviceIndex /*device*/,
                                                                                      c10::MempoolId_t /*pool*/) override {
    unused();
  }
  c10::cuda::CUDACachingAllocator::CheckpointDelta setCheckpointPoolState(
      c10::DeviceIndex /*device*/, std::shared_ptr<c10::cuda::CUDACachingAllocator::AllocatorState> /*state*/) override {
    unused();
  }
  std::string name() override { return "fake"; }

 private:
  bool initialised_ = false;
  std::map<void*, std::size_t> sizes_;
  std::size_t in_use_ = 0;
  std::size_t peak_ = 0;
};

FakeAllocator fake_allocator;

/// As LibTorch's, these set the allocator up.
struct FakeHooks final : at::CUDAHooksInterface {
  explicit FakeHooks(at::CUDAHooksArgs /*arguments*/) {}
  void init() const override { fake_allocator.init(1); }
  bool hasCUDA() const override { return true; }
};

/// The pool's streams, by number, which LibTorch too keeps to the end.
std::vector<cudaStream_t> pool_streams;

}  // namespace

void limit_device_memory(std::size_t bytes) { limit = bytes; }

int emptied_caches() { return emptied; }

int live_graph_pools() { return pools; }

}  // namespace agsweep::testing_support

namespace at {

using agsweep::testing_support::FakeHooks;
C10_REGISTER_CLASS(CUDAHooksRegistry, CUDAHooks, FakeHooks)  // under the name that ATen asks for

c10::MempoolId_t cuda::graph_pool_handle() {
  static c10::CaptureId_t made = 0;
  return {0, ++made};
}

}  // namespace at

namespace c10::cuda {

std::atomic<CUDACachingAllocator::CUDAAllocator*> CUDACachingAllocator::allocator = &agsweep::testing_support::fake_allocator;

CUDAStream getStreamFromPool(const bool /*high_priority*/, DeviceIndex device) {
  auto& streams = agsweep::testing_support::pool_streams;
  cudaStreamCreateWithFlags(&streams.emplace_back(nullptr), cudaStreamNonBlocking);
  return CUDAStream(CUDAStream::UNCHECKED, Stream(Stream::UNSAFE, Device(DeviceType::CUDA, device), std::ssize(streams) - 1));
}

cudaStream_t CUDAStream::stream() const { return agsweep::testing_support::pool_streams.at(static_cast<std::size_t>(id())); }

void setCurrentCUDAStream(CUDAStream /*stream*/) {}

void c10_cuda_check_implementation(std::int32_t /*error*/, const char* /*file*/, const char* /*function*/, std::uint32_t /*line*/,
                                   bool /*assertions*/) {}

}  // namespace c10::cuda
