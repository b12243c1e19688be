#include "orchestrator/fetch/download.hpp"

#include <algorithm>  // std::max
#include <thread>     // std::this_thread::sleep_for
#include <utility>    // std::exchange, std::move

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "orchestrator/fetch/http_transfer.hpp"
#include "orchestrator/fetch/part_file.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t megabyte = 1'000'000;

bool is_in_place(const DownloadRequest& request) {
  std::error_code missing;
  const auto size = fs::file_size(request.path, missing);
  return !missing && static_cast<std::int64_t>(size) == request.size && sha256_file(request.path) == request.sha256;
}

void check_size(const DownloadRequest& request, PartFile& part) {
  const std::int64_t size = part.size();
  if (size <= request.size) return;
  part.shorten(0);
  throw DataError("{}: {} bytes, but the whole file has {}: it is removed; run the same command again", part.path().string(), size,
                  request.size);
}

void check_sha256(const DownloadRequest& request, PartFile& part) {
  const std::string sha256 = sha256_file(part.path());
  if (sha256 == request.sha256) return;
  part.shorten(0);
  throw DataError("{}: SHA-256 {} instead of {}: what came is removed; run the same command again, or choose another server",
                  shown_url(request.url), sha256, request.sha256);
}

/// Tries until all bytes are there.
void complete(const DownloadRequest& request, PartFile& part) {
  std::int64_t furthest = part.size();
  int failures = 0;  // in a row, without headway
  while (part.size() < request.size) {
    try {
      receive(request, part);
    } catch (const TransferCut& cut) {
      // Bytes that came before, from a server that refuses ranges, are no headway: it might stop there for ever.
      failures = part.size() > furthest ? 0 : failures + 1;
      furthest = std::max(furthest, part.size());
      if (failures >= request.tries) {
        throw RunTimeError("{}: {}; run the same command again to go on ({} of {} bytes are here)", shown_url(request.url), cut.what(),
                           part.size(), request.size);
      }
      request.message(fmt::format("{}; trying again", cut.what()));
      std::this_thread::sleep_for(request.first_pause * (1 << failures));
    }
  }
}

}  // namespace

bool download(const DownloadRequest& request) {
  if (is_in_place(request)) return false;
  PartFile part(request.path);
  check_size(request, part);
  complete(request, part);
  check_sha256(request, part);
  part.finish();
  return true;
}

DownloadProgress::DownloadProgress(ProgressDisplay& display, std::string name, std::int64_t size)
    : display_(&display), name_(std::move(name)), size_(size) {}

void DownloadProgress::operator()(std::int64_t done) {
  if (size_ < megabyte) return;
  const std::int64_t total = (size_ + megabyte - 1) / megabyte;
  const std::int64_t now = done == size_ ? total : done / megabyte;  // so that the last byte alone finishes
  if (now < shown_) display_->begin(name_, "MB", total, now);
  if (std::exchange(shown_, now) != now) display_->update(now);
}

}  // namespace agsweep
