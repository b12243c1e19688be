#include "orchestrator/fetch/part_file.hpp"

#include <fcntl.h>
#include <sys/file.h>  // flock
#include <unistd.h>

#include <cerrno>

#include "base/error.hpp"
#include "base/system.hpp"  // error_text

namespace agsweep {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const char* action, const fs::path& path) {
  throw RunTimeError("{}: cannot {}: {}", path.string(), action, error_text(errno));
}

}  // namespace

PartFile::PartFile(const fs::path& target)
    : target_(replaced_file(target)),
      path_(target_.string() + ".part"),
      file_(open_file(path_, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK)) {  // the last: a pipe must not wait for its reader
  // Some shared file systems know no flock; there nothing keeps two writers apart, and the checksum tells.
  if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    throw RunTimeError("{}: another process is writing it", path_.string());
  }
  size_ = ::lseek(file_.get(), 0, SEEK_END);
  if (size_ < 0) fail("tell the size", path_);
}

PartFile::~PartFile() {
  std::error_code ignored;
  if (size_ == 0) fs::remove(path_, ignored);
}

void PartFile::append(std::span<const std::byte> bytes) {
  write_all(file_.get(), bytes, path_);
  size_ += static_cast<std::int64_t>(bytes.size());
}

void PartFile::shorten(std::int64_t size) {
  if (::ftruncate(file_.get(), size) != 0) fail("shorten", path_);
  size_ = size;
}

}  // namespace agsweep
