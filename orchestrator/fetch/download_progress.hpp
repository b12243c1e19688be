#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "base/progress_display.hpp"

namespace agsweep {

/// Shows in MB how far a download is: a DownloadRequest's progress. Says nothing of files under 1 MB.
class DownloadProgress {
 public:
  /// @param display  outlives this   @param size  of the whole file, in bytes
  DownloadProgress(ProgressDisplay& display, std::string name, std::int64_t size);
  /// @param done  bytes; fewer than before when the download starts anew
  void operator()(std::int64_t done);

 private:
  ProgressDisplay* display_;
  std::string name_;
  std::int64_t size_;
  std::int64_t shown_ = std::numeric_limits<std::int64_t>::max();  // MB; the first call has fewer, and so begins
};

}  // namespace agsweep
