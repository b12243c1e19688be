#include "sweeps/journal/journal_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>  // std::min
#include <cerrno>
#include <string_view>
#include <utility>  // std::exchange

#include "base/error.hpp"
#include "base/file_error.hpp"
#include "sweeps/journal/journal_line.hpp"
#include "sweeps/journal/journal_record.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const char* action, const fs::path& path) { throw_file_error(path, action, errno); }

}  // namespace

void Journal::append(std::span<const std::string> lines) {
  if (lines.empty()) return;
  if (failed_) throw RunTimeError("{}: an earlier append failed; nothing more is written", path_.string());
  failed_ = true;  // until all has gone well
  require_lock_();
  // Lines that others have added are as good as ours, half a line would spoil our first one.
  if (!take_in_new_lines()) {
    throw RunTimeError("{}: another program has left half a line at its end, which --resume cuts off", path_.string());
  }
  std::string group;
  for (const std::string& text : lines) {
    const JournalLine line = parse_journal_line(text).value();
    if (adds_trial(line)) {
      write(std::exchange(group, "") + seal_.sealed(text) + "\n");
      trials_.add(line);
    } else {
      const JournalLine numbered = trials_.numbered(line);
      group += seal_.sealed(numbered == line ? text : numbered.dump()) + "\n";
    }
  }
  write(group);
  sync_file(file_.get(), path_);
  failed_ = false;
}

const std::vector<WaitingTrial>& Journal::waiting() {
  if (!failed_) take_in_new_lines();
  return trials_.waiting();
}

std::uint64_t Journal::file_size() const {
  struct stat status {};
  if (::fstat(file_.get(), &status) != 0) fail("stat", path_);
  return static_cast<std::uint64_t>(status.st_size);
}

std::string Journal::read(std::uint64_t begin, std::uint64_t end) const {
  std::string text(end - begin, '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t got = ::pread(file_.get(), text.data() + done, text.size() - done, static_cast<off_t>(begin + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("read", path_);
    if (got == 0) throw RunTimeError("{}: another program has cut it to {} bytes", path_.string(), begin + done);
    done += static_cast<std::size_t>(got);
  }
  return text;
}

/// Whole lines that others have added.
void Journal::take_in(std::string_view foreign_lines) {
  for (std::size_t begin = 0, end = 0; begin < foreign_lines.size(); begin = end + 1) {
    end = std::min(foreign_lines.find('\n', begin), foreign_lines.size());
    if (const auto line = parse_journal_line(foreign_lines.substr(begin, end - begin))) trials_.take_in(*line);
  }
}

/// @return false where half a line follows
bool Journal::take_in_new_lines() {
  const std::uint64_t size = file_size();
  if (size < size_) throw RunTimeError("{}: another program has cut it from {} to {} bytes", path_.string(), size_, size);
  if (size == size_) return true;
  const std::string added = read(size_, size);
  const std::size_t whole = added.rfind('\n') + 1;
  take_in(std::string_view(added).substr(0, whole));
  size_ += whole;
  return whole == added.size();
}

/// Other programs may have added lines between our look at the file's end and our write.
void Journal::write(const std::string& lines) {
  if (lines.empty()) return;
  write_all(file_.get(), std::as_bytes(std::span(lines)), path_);
  const std::uint64_t size = file_size();
  if (size == size_ + lines.size()) {
    size_ = size;
    return;
  }
  const std::string added = read(size_, size);
  const std::size_t place = added.find(lines);
  if (place == added.npos) throw RunTimeError("{}: another program has changed what was written to it", path_.string());
  take_in(std::string_view(added).substr(0, place));
  size_ += place + lines.size();
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
  Journal journal(path, std::move(file), study.bytes, study.in_journal, study.seal, std::move(require_lock));
  return {.journal = std::move(journal), .study = std::move(study)};
}

}  // namespace agsweep
