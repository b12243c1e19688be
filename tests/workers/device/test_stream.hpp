#pragma once

#include <thread>

#include <cuda_runtime_api.h>

#include "base/error.hpp"
#include "workers/comm/lived_time.hpp"
#include "workers/device/device_communicator.hpp"

namespace agsweep::testing_support {

/// A stream of the tests' CUDA runtime, whose end is waited for as a trainer does.
class TestStream {
 public:
  TestStream() {
    cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking);
    cudaEventCreateWithFlags(&mark_, cudaEventDisableTiming);
  }
  ~TestStream() {
    cudaEventDestroy(mark_);
    cudaStreamDestroy(stream_);
  }
  TestStream(const TestStream&) = delete;
  TestStream& operator=(const TestStream&) = delete;

  cudaStream_t get() const { return stream_; }

  /// Until all that was launched is done. @throws RankFailure when the communicator has failed, or after `timeout` seconds
  void wait(DeviceCommunicator& comm, double timeout) {
    cudaEventRecord(mark_, stream_);
    LivedTime clock;
    while (cudaEventQuery(mark_) != cudaSuccess) {
      comm.check();
      if (clock.seconds() > timeout) throw RankFailure("no end within {:g} s", timeout);
      std::this_thread::yield();
    }
    comm.check();
  }

 private:
  cudaStream_t stream_ = nullptr;
  cudaEvent_t mark_ = nullptr;
};

}  // namespace agsweep::testing_support
