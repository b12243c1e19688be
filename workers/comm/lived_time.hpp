#pragma once

#include <algorithm>  // std::min
#include <chrono>

namespace agsweep {

/// The time that this process has lived through. A gap of more than a second between two looks (the process was stopped, a job was
/// suspended and resumed) counts as one second, so that nobody is blamed for it.
class LivedTime {
 public:
  double seconds() {
    const auto now = std::chrono::steady_clock::now();
    seconds_ += std::min(std::chrono::duration<double>(now - last_).count(), 1.0);
    last_ = now;
    return seconds_;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
  double seconds_ = 0;
};

}  // namespace agsweep
