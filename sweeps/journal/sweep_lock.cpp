#include "sweeps/journal/sweep_lock.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.hpp"
#include "base/system.hpp"  // error_text

namespace agsweep {

namespace fs = std::filesystem;

namespace {

constexpr double poll_seconds = 1;
constexpr double ending_poll_seconds = 0.05;
constexpr int most_races = 100;  // lost in a row; each means that another process got or gave back the lock meanwhile

[[noreturn]] void fail(const char* action, const fs::path& path) {
  throw RunTimeError("{}: cannot {}: {}", path.string(), action, error_text(errno));
}

/// nullopt when there is none.
std::optional<std::string> content_of(const fs::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 && (errno == ENOENT || errno == ESTALE)) return std::nullopt;
  if (file.get() < 0) fail("open", path);
  std::string content(8192, '\0');  // more than a whole lock has
  const ssize_t length = ::pread(file.get(), content.data(), content.size(), 0);
  if (length < 0 && errno == ESTALE) return std::nullopt;
  if (length < 0) fail("read", path);
  content.resize(static_cast<std::size_t>(length));
  return content;
}

bool has_token(const fs::path& path, const std::string& token) {
  const std::optional<std::string> content = content_of(path);
  const std::optional<LockHolder> holder = content ? parse_lock(*content) : std::nullopt;
  return holder && holder->token == token;
}

/// The name under which the right to remove a lock is held.
fs::path claim_path(const fs::path& path, const std::optional<LockHolder>& holder) {
  return fmt::format("{}.{}", path.string(), holder ? holder->token : "damaged");
}

std::string name_of(const LockBlocker& blocker) {
  if (!blocker.holder) return "an unknown process";
  const LockHolder& holder = *blocker.holder;
  const std::string job = holder.slurm_job.empty() ? "" : fmt::format(" (SLURM job {})", holder.slurm_job);
  return fmt::format("process {} on host {}{}", holder.process.pid, holder.process.host, job);
}

/// Gives a file a further name unless that is taken. Where the file system has no hard links (exFAT, some of FUSE's), the name gets a file
/// of its own with the same text; a reader may then see it while it is still empty, which it takes for a damaged lock.
/// @param made  the new file, then
/// @return 0, or an errno
int give_name(const fs::path& file, const fs::path& name, const std::string& text, FileDescriptor& made) {
  if (::link(file.c_str(), name.c_str()) == 0) return 0;
  if (errno != EPERM && errno != ENOTSUP && errno != ENOSYS) return errno;
  FileDescriptor own(::open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (own.get() < 0) return errno;
  try {
    write_all(own.get(), std::as_bytes(std::span(text)), name);
    sync_file(own.get(), name);
  } catch (...) {
    ::unlink(name.c_str());
    throw;
  }
  made = std::move(own);
  return 0;
}

/// Whether SLURM says that the holder's job has ended, another one than that of the request.
bool job_has_ended(const LockBlocker& blocker, const LockRequest& request) {
  if (!blocker.holder || blocker.holder->slurm_job.empty() || blocker.holder->slurm_job == request.slurm_job) return false;
  return request.job_ended(blocker.holder->slurm_job);
}

/// Watches what is in the way. @return false when its holder, or another one, moves; true when it has stood still so long, or is gone
bool stands_still(const LockBlocker& blocker, double seconds, const LockWait& wait) {
  wait.message(fmt::format("{}: made by {}, which is not seen to run; it is taken over unless it changes within {} s",
                           blocker.path.string(), name_of(blocker), seconds));
  const double begun = wait.now();
  while (wait.now() - begun < seconds) {
    wait.sleep(poll_seconds);
    const std::optional<std::string> content = content_of(blocker.path);
    if (!content) return true;
    if (*content != blocker.content) return false;
  }
  return true;
}

/// Watches a holder that is seen to run: a launcher may return while the kernel still ends a rank that it has killed. @return whether it
/// has ended, or given the lock back
bool goes(const LockBlocker& blocker, const ProcessIdentity& self, const LockWait& wait) {
  const double begun = wait.now();
  while (wait.now() - begun < lock_ending_seconds) {
    wait.sleep(ending_poll_seconds);
    if (!has_token(blocker.path, blocker.holder->token) || view_of(blocker.holder->process, self) != ProcessView::running) return true;
  }
  return false;
}

RunTimeError held_error(const fs::path& folder, const LockBlocker& blocker) {
  return RunTimeError("{}: {} works in this folder", folder.string(), name_of(blocker));
}

}  // namespace

/// One attempt of a request to get a lock; owns the file that is to become it.
struct LockTaker {
  const LockRequest& request;
  const std::set<std::string>& still;
  LockHolder self;
  fs::path file_path;
  FileDescriptor file;

  LockTaker(const fs::path& folder, const LockRequest& from, const std::set<std::string>& stood_still)
      : request(from),
        still(stood_still),
        self{.token = new_token(), .process = from.process, .slurm_job = from.slurm_job, .slurm_restarts = from.slurm_restarts},
        file_path(folder / fmt::format(".sweep.lock.{}.agsweep.tmp", self.token)),
        file(open_file(file_path, O_RDWR | O_CREAT | O_EXCL)) {}
  LockTaker(const LockTaker&) = delete;
  LockTaker& operator=(const LockTaker&) = delete;
  ~LockTaker() { ::unlink(file_path.c_str()); }

  void write() const {
    const std::string text = lock_text(self);
    write_all(file.get(), std::as_bytes(std::span(text)), file_path);
    sync_file(file.get(), file_path);
  }

  SweepLock lock(const fs::path& path) { return SweepLock(path, self, std::move(file)); }

  /// Gives `path` to this taker's file, in place of a stale one if need be. @return what is in the way
  std::optional<LockBlocker> take(const fs::path& path) {
    for (int race = 0; race < most_races; ++race) {
      const int why = give_name(file_path, path, lock_text(self), file);
      if (why == 0) return std::nullopt;
      const std::optional<std::string> content = content_of(path);
      if (!content && why == EEXIST) continue;
      if (!content) throw RunTimeError("{}: cannot link: {}", path.string(), error_text(why));
      LockBlocker blocker = look_at(path, *content);
      if (blocker.holder && blocker.holder->token == self.token) return std::nullopt;  // a lost answer of an NFS server
      if (!is_stale(blocker)) return blocker;

      const fs::path claim = claim_path(path, blocker.holder);
      if (std::optional<LockBlocker> other_taker = take(claim)) return other_taker;
      const bool replaced = content_of(path) == content && replace(path);
      ::unlink(claim.c_str());
      if (replaced) return std::nullopt;
    }
    throw RunTimeError("{}: other processes take and leave it all the time", path.string());
  }

 private:
  LockBlocker look_at(const fs::path& path, const std::string& content) const {
    std::optional<LockHolder> holder = parse_lock(content);
    const ProcessView view = holder ? view_of(holder->process, request.process) : ProcessView::unseen;
    return {.path = path, .content = content, .holder = std::move(holder), .view = view};
  }

  bool is_stale(const LockBlocker& blocker) const {
    if (blocker.view == ProcessView::running) return false;
    if (blocker.view == ProcessView::gone || still.contains(blocker.content)) return true;
    if (!blocker.holder || blocker.holder->slurm_job.empty()) return false;
    const LockHolder& holder = *blocker.holder;
    return holder.slurm_job == request.slurm_job && holder.slurm_restarts < request.slurm_restarts;
  }

  /// Puts this taker's file in place of `path`.
  bool replace(const fs::path& path) {
    const fs::path second_name = fmt::format("{}.2", file_path.string());  // the rename takes it away, and a claim needs the first
    if (const int why = give_name(file_path, second_name, lock_text(self), file); why != 0) {
      throw RunTimeError("{}: cannot link: {}", second_name.string(), error_text(why));
    }
    if (::rename(second_name.c_str(), path.c_str()) != 0) {
      ::unlink(second_name.c_str());
      fail("replace", path);
    }
    return has_token(path, self.token);
  }
};

SweepLock& SweepLock::operator=(SweepLock other) noexcept {
  std::swap(path_, other.path_);
  std::swap(self_, other.self_);
  std::swap(file_, other.file_);
  return *this;
}

SweepLock::~SweepLock() {
  if (file_.get() < 0) return;
  try {
    const fs::path claim = claim_path(path_, self_);
    FileDescriptor made;
    if (give_name(path_, claim, lock_text(self_), made) != 0) return;  // gone, or somebody is taking it over
    if (holds()) ::unlink(path_.c_str());
    ::unlink(claim.c_str());
  } catch (const std::exception&) {
    // It stays, as after a crash: the next process finds that this one has ended.
  }
}

bool SweepLock::holds() const { return has_token(path_, self_.token); }

bool SweepLock::bump() {
  const std::string text = counter_text(++self_.counter);
  const auto offset = static_cast<off_t>(lock_text(self_).size() - counter_from_end);
  try {
    write_all_at(file_.get(), std::as_bytes(std::span(text)), offset, path_);
    sync_file(file_.get(), path_);  // so that other NFS clients see it
  } catch (const RunTimeError&) {
    if (holds()) throw;
  }
  return holds();
}

bool LockWatch::holds(double now) {
  if (asked_ && now - *asked_ < lock_bump_seconds) return true;
  if (!has_token(path_, token_)) return false;
  asked_ = now;
  return true;
}

LockAttempt try_lock(const fs::path& folder, const LockRequest& request, const std::set<std::string>& still) {
  const fs::path path = folder / lock_name;
  LockTaker taker(folder, request, still);
  taker.write();
  std::optional<LockBlocker> blocker = taker.take(path);
  if (blocker) return {.lock = std::nullopt, .blocker = std::move(*blocker)};
  return {.lock = taker.lock(path), .blocker = {}};
}

SweepLock lock_sweep(const fs::path& folder, const LockRequest& request, const LockWait& wait) {
  std::set<std::string> still;
  for (;;) {
    LockAttempt attempt = try_lock(folder, request, still);
    if (attempt.lock) return std::move(*attempt.lock);
    const LockBlocker& blocker = attempt.blocker;
    const bool runs = blocker.view == ProcessView::running;
    const auto still_stands = [&] {
      return stands_still(blocker, job_has_ended(blocker, request) ? lock_ended_seconds : lock_stale_seconds, wait);
    };
    if (runs ? !goes(blocker, request.process, wait) : !still_stands()) throw held_error(folder, blocker);
    if (!runs) still.insert(blocker.content);
  }
}

}  // namespace agsweep
