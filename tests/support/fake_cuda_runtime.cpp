#include "tests/support/fake_cuda_runtime.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdio>  // std::snprintf
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>  // std::exchange

namespace agsweep::testing_support {

namespace {

struct Runtime {
  std::mutex mutex;
  std::vector<FakeDevice> devices{1};
  std::map<std::string, cudaError_t> failures;
  std::atomic<int> live = 0;
};

Runtime& runtime() {
  static Runtime made;
  return made;
}

thread_local int current_device = 0;
thread_local cudaError_t last_error = cudaSuccess;

cudaError_t failed(cudaError_t error) { return last_error = error; }

/// The error that a test wants of this call.
cudaError_t injected(const char* call) {
  const std::lock_guard lock(runtime().mutex);
  const auto found = runtime().failures.find(call);
  if (found == runtime().failures.end()) return cudaSuccess;
  const cudaError_t error = found->second;
  runtime().failures.erase(found);
  return failed(error);
}

int device_count() {
  const std::lock_guard lock(runtime().mutex);
  return static_cast<int>(runtime().devices.size());
}

using Work = std::function<void()>;

}  // namespace

void set_fake_devices(std::vector<FakeDevice> devices) {
  const std::lock_guard lock(runtime().mutex);
  runtime().devices = std::move(devices);
}

void fail_next(const std::string& call, cudaError_t error) {
  const std::lock_guard lock(runtime().mutex);
  runtime().failures[call] = error;
}

int live_cuda_objects() { return runtime().live; }

}  // namespace agsweep::testing_support

using namespace agsweep::testing_support;

#define FAKE_CALL(name) \
  if (const cudaError_t wanted = injected(name); wanted != cudaSuccess) return wanted

struct CUgraph_st {
  std::vector<Work> work;
};

struct CUgraphExec_st {
  std::vector<Work> work;
};

struct CUstream_st {
  CUstream_st() : worker_([this] { run(); }) { ++runtime().live; }
  ~CUstream_st() {
    put([this] { ends_ = true; });
    worker_.join();
    --runtime().live;
  }
  CUstream_st(const CUstream_st&) = delete;
  CUstream_st& operator=(const CUstream_st&) = delete;

  /// Does it after all that was put here before, or takes it into the graph that is being captured.
  void put(Work work) {
    if (captured != nullptr) {
      captured->work.push_back(std::move(work));
      return;
    }
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(work));
    }
    wake_.notify_one();
  }

  void wait() {
    std::atomic<bool> done = false;
    put([&] {
      done = true;
      done.notify_one();
    });
    done.wait(false);
  }

  std::unique_ptr<CUgraph_st> captured;

 private:
  void run() {
    while (!ends_) {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return !queue_.empty(); });
      const Work work = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      work();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Work> queue_;
  bool ends_ = false;
  std::thread worker_;
};

struct CUevent_st {
  std::shared_ptr<std::atomic<bool>> reached = std::make_shared<std::atomic<bool>>(true);
};

cudaError_t cudaGetLastError() { return std::exchange(last_error, cudaSuccess); }

const char* cudaGetErrorName(cudaError_t error) {
  switch (error) {
    case cudaErrorNoDevice:
      return "cudaErrorNoDevice";
    case cudaErrorInvalidDevice:
      return "cudaErrorInvalidDevice";
    case cudaErrorMemoryAllocation:
      return "cudaErrorMemoryAllocation";
    case cudaErrorIllegalAddress:
      return "cudaErrorIllegalAddress";
    default:
      return "cudaError";
  }
}

const char* cudaGetErrorString(cudaError_t error) {
  switch (error) {
    case cudaErrorNoDevice:
      return "no CUDA-capable device is detected";
    case cudaErrorInvalidDevice:
      return "invalid device ordinal";
    case cudaErrorMemoryAllocation:
      return "out of memory";
    case cudaErrorIllegalAddress:
      return "an illegal memory access was encountered";
    default:
      return "an error";
  }
}

cudaError_t cudaDriverGetVersion(int* version) {
  *version = 13000;
  return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = 13000;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceCount(int* count) {
  FAKE_CALL("cudaGetDeviceCount");
  *count = device_count();
  return *count > 0 ? cudaSuccess : failed(cudaErrorNoDevice);
}

cudaError_t cudaSetDevice(int device) {
  FAKE_CALL("cudaSetDevice");
  if (device < 0 || device >= device_count()) return failed(cudaErrorInvalidDevice);
  current_device = device;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  FAKE_CALL("cudaGetDeviceProperties");
  if (device < 0 || device >= device_count()) return failed(cudaErrorInvalidDevice);
  const std::lock_guard lock(runtime().mutex);
  const FakeDevice& fake = runtime().devices[static_cast<std::size_t>(device)];
  std::snprintf(properties->name, sizeof properties->name, "%s", fake.name.c_str());
  for (std::size_t i = 0; i < sizeof properties->uuid.bytes; ++i) properties->uuid.bytes[i] = static_cast<char>(i + 16 * device);
  properties->major = fake.major;
  properties->minor = fake.minor;
  properties->totalGlobalMem = fake.memory;
  return cudaSuccess;
}

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  FAKE_CALL("cudaMemGetInfo");
  const std::lock_guard lock(runtime().mutex);
  *free = *total = runtime().devices[static_cast<std::size_t>(current_device)].memory;
  return cudaSuccess;
}

cudaError_t cudaHostAlloc(void** memory, std::size_t bytes, unsigned /*flags*/) {
  FAKE_CALL("cudaHostAlloc");
  *memory = new std::byte[bytes];
  ++runtime().live;
  return cudaSuccess;
}

cudaError_t cudaFreeHost(void* memory) {
  delete[] static_cast<std::byte*>(memory);
  --runtime().live;
  return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned /*flags*/) {
  *stream = new CUstream_st;
  return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  delete stream;
  return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  stream->wait();
  return cudaSuccess;
}

cudaError_t cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t function, void* data) {
  FAKE_CALL("cudaLaunchHostFunc");
  if (stream == nullptr) return failed(cudaErrorInvalidResourceHandle);
  stream->put([=] { function(data); });
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind /*kind*/, cudaStream_t stream) {
  FAKE_CALL("cudaMemcpyAsync");
  if (stream == nullptr) return failed(cudaErrorInvalidResourceHandle);
  stream->put([=] { std::memcpy(to, from, bytes); });
  return cudaSuccess;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned /*flags*/) {
  FAKE_CALL("cudaEventCreateWithFlags");
  *event = new CUevent_st;
  ++runtime().live;
  return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  if (event == nullptr) return failed(cudaErrorInvalidResourceHandle);
  delete event;
  --runtime().live;
  return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  FAKE_CALL("cudaEventRecord");
  if (stream == nullptr) return failed(cudaErrorInvalidResourceHandle);
  event->reached = std::make_shared<std::atomic<bool>>(false);
  stream->put([reached = event->reached] { *reached = true; });
  return cudaSuccess;
}

cudaError_t cudaEventQuery(cudaEvent_t event) {
  FAKE_CALL("cudaEventQuery");
  return *event->reached ? cudaSuccess : failed(cudaErrorNotReady);
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode) {
  FAKE_CALL("cudaStreamBeginCapture");
  if (mode != cudaStreamCaptureModeThreadLocal || stream->captured != nullptr) return failed(cudaErrorIllegalState);
  stream->captured = std::make_unique<CUgraph_st>();
  ++runtime().live;
  return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  *graph = stream->captured.release();
  FAKE_CALL("cudaStreamEndCapture");
  return *graph != nullptr ? cudaSuccess : failed(cudaErrorIllegalState);
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  --runtime().live;
  return cudaSuccess;
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* made, cudaGraph_t graph, unsigned long long /*flags*/) {
  FAKE_CALL("cudaGraphInstantiate");
  *made = new CUgraphExec_st{graph->work};
  ++runtime().live;
  return cudaSuccess;
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t graph) {
  delete graph;
  --runtime().live;
  return cudaSuccess;
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t graph, cudaStream_t stream) {
  FAKE_CALL("cudaGraphLaunch");
  for (const Work& work : graph->work) stream->put(work);
  return cudaSuccess;
}
