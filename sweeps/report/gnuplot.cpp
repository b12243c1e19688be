#include "sweeps/report/gnuplot.hpp"

#include <poll.h>
#include <signal.h>  // kill
#include <spawn.h>
#include <sys/mman.h>     // memfd_create
#include <sys/syscall.h>  // SYS_pidfd_open: glibc 2.36 declares pidfd_open without C linkage
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>  // std::getenv
#include <span>
#include <vector>

#include "base/error.hpp"
#include "base/file.hpp"    // FileDescriptor, write_all
#include "base/system.hpp"  // error_text
#include "base/thread.hpp"  // process_limits

namespace agsweep {

namespace {

constexpr const char* how_to_install = "the report's figures need gnuplot (Debian's package gnuplot-nox)";

/// A process was refused: the system says only "Resource temporarily unavailable".
std::string reason(int error) { return error == EAGAIN ? fmt::format("{} ({})", error_text(error), process_limits()) : error_text(error); }

/// What gnuplot gets of the environment. GNUTERM and its kin would change or break a report, and its numbers are for no language.
class Environment {
 public:
  Environment() {
    for (const char* const name : {"PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "XDG_CACHE_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH"}) {
      if (const char* const value = std::getenv(name)) entries_.push_back(fmt::format("{}={}", name, value));
    }
    entries_.emplace_back("LC_ALL=C.UTF-8");
    for (std::string& entry : entries_) pointers_.push_back(entry.data());
    pointers_.push_back(nullptr);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  char* const* get() const { return pointers_.data(); }

 private:
  std::vector<std::string> entries_;
  std::vector<char*> pointers_;
};

/// A file without a name, which a child can have as a standard stream: nobody waits for a full pipe.
FileDescriptor nameless_file(const char* purpose) {
  FileDescriptor file(::memfd_create(purpose, MFD_CLOEXEC));
  if (file.get() < 0) throw RunTimeError("gnuplot: no memory for its {}: {}", purpose, reason(errno));
  return file;
}

std::string content(const FileDescriptor& file) {
  std::string text;
  std::array<char, 1 << 16> block{};
  for (;;) {
    const ssize_t count = ::pread(file.get(), block.data(), block.size(), static_cast<off_t>(text.size()));
    if (count < 0) throw RunTimeError("gnuplot: its output cannot be read: {}", reason(errno));
    if (count == 0) return text;
    text.append(block.data(), static_cast<std::size_t>(count));
  }
}

/// Actions of posix_spawn that make three files the child's standard streams.
class Streams {
 public:
  Streams(const FileDescriptor& in, const FileDescriptor& out, const FileDescriptor& error) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_adddup2(&actions_, in.get(), STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, out.get(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, error.get(), STDERR_FILENO);
  }
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;
  ~Streams() { ::posix_spawn_file_actions_destroy(&actions_); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

pid_t start(const Streams& streams) {
  // -d: no start-up files, so that a report does not depend on who writes it.
  std::array<char, 8> name = {"gnuplot"};
  std::array<char, 3> option = {"-d"};
  const std::array<char*, 3> arguments = {name.data(), option.data(), nullptr};
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, name.data(), streams.get(), nullptr, arguments.data(), Environment().get());
  if (error != 0) throw RunTimeError("gnuplot: cannot be started: {}; {}", reason(error), how_to_install);
  return child;
}

/// @return the child's wait status
/// @throws RunTimeError past the limit, with the child ended
int wait_for(pid_t child, std::chrono::milliseconds limit) {
  const FileDescriptor process(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  pollfd ended{.fd = process.get(), .events = POLLIN, .revents = 0};
  int ready = process.get() < 0 ? 1 : -1;  // Linux before 5.3 has no pidfd, so no limit
  while (ready < 0) {
    ready = ::poll(&ended, 1, static_cast<int>(limit.count()));
    if (ready < 0 && errno != EINTR) break;
  }
  if (ready == 0) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (ready == 0) throw RunTimeError("gnuplot: still at work after {} s, and was ended", static_cast<double>(limit.count()) / 1000);
  return status;
}

}  // namespace

std::string run_gnuplot(std::string_view program, std::chrono::milliseconds limit) {
  const FileDescriptor in = nameless_file("program");
  const FileDescriptor out = nameless_file("output");
  const FileDescriptor error = nameless_file("messages");
  write_all(in.get(), std::as_bytes(std::span(program)), "gnuplot's program");
  if (::lseek(in.get(), 0, SEEK_SET) < 0) throw RunTimeError("gnuplot: its program cannot be read: {}", reason(errno));

  const int status = wait_for(start(Streams(in, out, error)), limit);
  if (WIFSIGNALED(status)) throw RunTimeError("gnuplot: ended by signal {}", WTERMSIG(status));
  if (WEXITSTATUS(status) != 0) throw RunTimeError("gnuplot: exit status {}: {}", WEXITSTATUS(status), content(error));
  return content(out);
}

std::string gnuplot_text(std::string_view text) {
  std::string quoted = "'";
  for (const char character : text) {
    const bool control = static_cast<unsigned char>(character) < ' ' || character == '\x7f';
    if (character == '\'') {
      quoted += "\xE2\x80\x99";  // gnuplot 5.4 loses a tick whose label begins with a doubled quote
    } else {
      quoted += control ? ' ' : character;
    }
  }
  return quoted + "'";
}

std::string gnuplot_tick_text(std::string_view text) {
  std::string doubled;
  for (const char character : text) doubled += character == '%' ? std::string("%%") : std::string(1, character);
  return gnuplot_text(doubled);
}

}  // namespace agsweep
