#include "sweeps/journal/journal_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "base/error.hpp"
#include "base/file_error.hpp"
#include "sweeps/journal/journal_line.hpp"
#include "sweeps/journal/journal_record.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const char* action, const fs::path& path) { throw_file_error(path, action, errno); }

bool creates_trial(const JournalLine& line) {
  return line.contains("op_code") && line["op_code"] == static_cast<std::int64_t>(JournalOperation::create_trial);
}

}  // namespace

void Journal::append(std::span<const std::string> lines) {
  if (lines.empty()) return;
  if (failed_) throw RunTimeError("{}: an earlier append failed; nothing more is written", path_.string());
  failed_ = true;  // until all has gone well
  require_lock_();
  check_end();
  const std::int64_t trials = numbers_.total();
  const std::string group = numbered(lines);
  write_all(file_.get(), std::as_bytes(std::span(group)), path_);
  sync_file(file_.get(), path_);
  check_place(group, numbers_.total() > trials);
  failed_ = false;
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

/// Counts the trials that others have added by these whole lines.
void Journal::take_in(const std::string& foreign_lines) {
  for (std::size_t begin = 0, end = 0; begin < foreign_lines.size(); begin = end + 1) {
    end = foreign_lines.find('\n', begin);
    const auto line = parse_journal_line(std::string_view(foreign_lines).substr(begin, end - begin));
    if (line && creates_trial(*line)) numbers_.add_foreign();
  }
}

/// Lines that others have added are as good as ours, half a line would spoil our first one.
void Journal::check_end() {
  const std::uint64_t size = file_size();
  if (size < size_) throw RunTimeError("{}: another program has cut it from {} to {} bytes", path_.string(), size_, size);
  if (size == size_) return;
  const std::string added = read(size_, size);
  if (added.back() != '\n') {
    throw RunTimeError("{}: another program has left half a line at its end, which --resume cuts off", path_.string());
  }
  take_in(added);
  size_ = size;
}

/// The lines as the file gets them.
std::string Journal::numbered(std::span<const std::string> lines) {
  std::string group;
  for (const std::string& text : lines) {
    JournalLine line = parse_journal_line(text).value();
    if (creates_trial(line)) numbers_.add_own();
    if (numbers_.parted() && line.contains("trial_id")) {
      line["trial_id"] = numbers_.in_journal(line["trial_id"].get<std::int64_t>());
      group += seal_.sealed(line.dump());
    } else {
      group += seal_.sealed(text);
    }
    group += '\n';
  }
  return group;
}

/// Another program may have added lines between our look at the file's end and our write: where it added a trial, ours have its number.
void Journal::check_place(const std::string& group, bool has_new_trials) {
  const std::uint64_t size = file_size();
  if (size == size_ + group.size()) {
    size_ = size;
    return;
  }
  const std::string added = read(size_, size);
  const std::size_t place = added.find(group);
  if (place == added.npos) throw RunTimeError("{}: another program has changed what was written to it", path_.string());
  const std::int64_t trials = numbers_.total();
  take_in(added.substr(0, place));
  if (has_new_trials && numbers_.total() > trials) {
    throw RunTimeError("{}: another program has added a trial at the very moment at which one began; --resume puts their numbers right",
                       path_.string());
  }
  size_ += place + group.size();
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
  Journal journal(path, std::move(file), study.bytes, study.numbers, study.seal, std::move(require_lock));
  return {.journal = std::move(journal), .study = std::move(study)};
}

}  // namespace agsweep
