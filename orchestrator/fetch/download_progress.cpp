#include "orchestrator/fetch/download_progress.hpp"

#include <utility>  // std::exchange, std::move

namespace agsweep {

namespace {

constexpr std::int64_t megabyte = 1'000'000;

}  // namespace

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
