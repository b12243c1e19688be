#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <string_view>

#include "orchestrator/terminal/progress_display.hpp"

namespace agsweep {

/// A file on an HTTP server, how it is known, and where it goes.
struct DownloadRequest {
  std::string url;             // http:// or https://
  std::filesystem::path path;  // in a folder that exists
  std::int64_t size = 0;       // bytes
  std::string sha256;          // 64 lower-case hexadecimal digits

  int tries = 4;                               // in a row that bring the file no further than it was
  std::chrono::milliseconds first_pause{500};  // after headway; twice as long after each such try
  std::chrono::seconds connect_timeout{30};
  std::chrono::seconds stall_timeout{60};  // with hardly a byte

  std::function<void(std::int64_t done)> progress = [](std::int64_t) {};         // bytes; falls when the server starts anew
  std::function<void(std::string_view line)> message = [](std::string_view) {};  // why another try is made
};

/// Makes `path` hold the file with this SHA-256, or leaves it as it was.
///
/// What comes is kept in PATH.part, and the next call, in this process or a later one, goes on from there by an HTTP range; a server
/// that knows no ranges sends all again. Redirects are followed, to http and https alone.
/// @returns false when `path` held that file already, and nothing was asked of the server
/// @throws RunTimeError when the server cannot be reached, refuses, or stops sending for good, or PATH.part cannot be written
/// @throws DataError when the server's file is another one: PATH.part is then gone if its bytes are in it
bool download(const DownloadRequest& request);

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
