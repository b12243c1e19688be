#include "workers/device/cuda/free_streams.hpp"

#include <algorithm>  // std::find

namespace agsweep {

c10::cuda::CUDAStream FreeStreams::take(int device) {
  const auto index = static_cast<c10::DeviceIndex>(device);
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(streams_, index, &c10::cuda::CUDAStream::device_index);
  if (found == streams_.end()) return c10::cuda::getStreamFromPool(/*isHighPriority=*/false, index);
  const c10::cuda::CUDAStream stream = *found;
  streams_.erase(found);
  return stream;
}

void FreeStreams::give_back(c10::cuda::CUDAStream stream) {
  const std::lock_guard lock(mutex_);
  streams_.push_back(stream);
}

}  // namespace agsweep
