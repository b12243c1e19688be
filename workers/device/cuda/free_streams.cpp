#include "workers/device/cuda/free_streams.hpp"

#include <algorithm>  // std::ranges::find_if

namespace agsweep {

c10::cuda::CUDAStream FreeStreams::take(int device) {
  const auto index = static_cast<c10::DeviceIndex>(device);
  const auto is_here = [index](const Free& free) { return free.stream.device_index() == index; };
  const auto is_own = [&](const Free& free) { return is_here(free) && free.thread == std::this_thread::get_id(); };
  const std::lock_guard lock(mutex_);
  auto found = std::ranges::find_if(streams_, is_own);
  if (found == streams_.end()) found = std::ranges::find_if(streams_, is_here);
  if (found == streams_.end()) return c10::cuda::getStreamFromPool(/*isHighPriority=*/false, index);
  const c10::cuda::CUDAStream stream = found->stream;
  streams_.erase(found);
  return stream;
}

void FreeStreams::give_back(c10::cuda::CUDAStream stream) {
  const std::lock_guard lock(mutex_);
  streams_.push_back({.stream = stream, .thread = std::this_thread::get_id()});
}

}  // namespace agsweep
