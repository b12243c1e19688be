#include "sweeps/journal/journal_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
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

void Journal::append(std::span<const std::string> lines) {
  if (lines.empty()) return;
  if (failed_) throw RunTimeError("{}: an earlier append failed; nothing more is written", path_.string());
  std::string group;
  for (const std::string& line : lines) {
    group += seal_.sealed(line);
    group += '\n';
  }
  failed_ = true;  // until all has gone well
  require_lock_();
  check_end();
  write_all(file_.get(), std::as_bytes(std::span(group)), path_);
  sync_file(file_.get(), path_);
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
  const ssize_t got = ::pread(file_.get(), &last, 1, static_cast<off_t>(size) - 1);
  if (got < 0) fail("read", path_);
  if (got == 0) throw RunTimeError("{}: another program cuts it just now", path_.string());
  if (last != '\n') throw RunTimeError("{}: another program has left half a line at its end, which --resume cuts off", path_.string());
  size_ = size;
}

namespace {

/// The journal as it stands, up to a damaged line if there is one and it is to be repaired.
Study readable_study(const fs::path& path, bool repair) {
  Study study = read_study(path, /*stop_at_damage=*/true);
  if (study.damage.empty()) return study;
  const fs::path kept = path.string() + ".damaged";
  if (!repair) {
    throw DataError(
        "{}; put the file back as it was, or give --repair: it cuts this line and all that follow off, keeps the whole file as {}, "
        "and what was lost with them is trained again from the trials' checkpoints",
        study.damage, kept.filename().string());
  }
  write_file_atomically(kept, read_file(path));
  return study;
}

}  // namespace

OpenedJournal open_journal(const fs::path& path, std::function<void()> require_lock, bool repair) {
  require_lock();
  const bool is_new = !fs::exists(path);
  Study study = is_new ? Study{} : readable_study(path, repair);
  FileDescriptor file = open_file(path, O_RDWR | O_CREAT | O_APPEND);
  if (is_new) fsync_folder(path.has_parent_path() ? path.parent_path() : fs::path("."));

  if (study.torn_bytes > 0) {
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) fail("stat", path);
    if (static_cast<std::uint64_t>(status.st_size) != study.bytes + study.torn_bytes) {
      throw RunTimeError("{}: another program is writing to it just now; try again", path.string());
    }
    require_lock();
    if (::ftruncate(file.get(), static_cast<off_t>(study.bytes)) != 0) fail("cut off its torn last line", path);
    sync_file(file.get(), path);
  }
  Journal journal(path, std::move(file), study.bytes, study.seal, std::move(require_lock));
  return {.journal = std::move(journal), .study = std::move(study)};
}

}  // namespace agsweep
