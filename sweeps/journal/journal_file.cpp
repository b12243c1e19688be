#include "sweeps/journal/journal_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>  // std::strerror

#include "base/error.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const char* action, const fs::path& path) {
  throw RunTimeError("{}: cannot {}: {}", path.string(), action, std::strerror(errno));
}

void sync(int fd, const fs::path& path) {
  if (::fsync(fd) != 0) fail("fsync", path);
}

}  // namespace

void Journal::append(std::span<const std::string> lines) {
  if (lines.empty()) return;
  if (failed_) throw RunTimeError("{}: an earlier append failed; nothing more is written", path_.string());
  std::string group;
  for (const std::string& line : lines) {
    group += line;
    group += '\n';
  }
  failed_ = true;  // until all has gone well
  require_lock_();
  check_end();
  write_all(file_.get(), std::as_bytes(std::span(group)), path_);
  sync(file_.get(), path_);
  size_ += group.size();
  failed_ = false;
}

/// Lines that others have added are as good as ours, half a line would spoil our first one.
void Journal::check_end() {
  struct stat status {};
  if (::fstat(file_.get(), &status) != 0) fail("stat", path_);
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size < size_) throw RunTimeError("{}: another program has cut it from {} to {} bytes", path_.string(), size_, size);
  if (size == size_) return;
  char last = 0;
  if (::pread(file_.get(), &last, 1, static_cast<off_t>(size) - 1) != 1) fail("read", path_);
  if (last != '\n') throw RunTimeError("{}: another program has left half a line at its end, which --resume cuts off", path_.string());
  size_ = size;
}

OpenedJournal open_journal(const fs::path& path, std::function<void()> require_lock) {
  require_lock();
  const bool is_new = !fs::exists(path);
  Study study = is_new ? Study{} : read_study(path);
  FileDescriptor file = open_file(path, O_RDWR | O_CREAT | O_APPEND);
  if (is_new) fsync_path(path.has_parent_path() ? path.parent_path() : fs::path("."));

  if (study.torn_bytes > 0) {
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) fail("stat", path);
    if (static_cast<std::uint64_t>(status.st_size) != study.bytes + study.torn_bytes) {
      throw RunTimeError("{}: another program is writing to it just now; try again", path.string());
    }
    require_lock();
    if (::ftruncate(file.get(), static_cast<off_t>(study.bytes)) != 0) fail("cut off its torn last line", path);
    sync(file.get(), path);
  }
  Journal journal(path, std::move(file), study.bytes, std::move(require_lock));
  return {.journal = std::move(journal), .study = std::move(study)};
}

}  // namespace agsweep
