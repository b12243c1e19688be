#include "workers/device/staging.hpp"

#include <algorithm>  // std::max

#include "base/error.hpp"

namespace agsweep {

void Staging::copy(void* device_memory, std::size_t bytes, const std::function<void(std::byte*)>& write) {
  std::span<std::byte>& piece = pieces_[static_cast<std::size_t>(next_)];
  if (!piece.empty() && !stream_.reached_in_time(next_)) {
    throw RunTimeError("the device has not taken what the host sent it within {:g} s", stream_.patience());
  }
  // Twice as much, since the next batch may be a little larger, and what was there stays until the stream ends.
  if (piece.size() < bytes) piece = stream_.host_memory(std::max<std::size_t>(2 * bytes, 4096));
  write(piece.data());
  stream_.copy_in(device_memory, piece.data(), bytes);
  stream_.mark(next_);
  next_ = (next_ + 1) % slots;
}

}  // namespace agsweep
