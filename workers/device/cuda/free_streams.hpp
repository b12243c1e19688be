#pragma once

#include <mutex>
#include <thread>
#include <vector>

#include <c10/cuda/CUDAStream.h>

namespace agsweep {

/// The streams of trainings that have ended. LibTorch's allocator keeps freed memory for the stream that it was on, so a training takes
/// over the stream of an earlier one, and its memory with it; with a new stream each, memory that nobody can use would fill the device.
/// Its own thread's first: LibTorch keeps a cuBLAS workspace of 32 MiB for each pair of thread and stream.
class FreeStreams {
 public:
  /// A stream that nobody else has, an earlier one where one is free.
  c10::cuda::CUDAStream take(int device);
  void give_back(c10::cuda::CUDAStream stream);

 private:
  struct Free {
    c10::cuda::CUDAStream stream;
    std::thread::id thread;  // that gave it back
  };

  std::mutex mutex_;  // a thread a training
  std::vector<Free> streams_;
};

}  // namespace agsweep
