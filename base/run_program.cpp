#include "base/run_program.hpp"

#include <poll.h>
#include <signal.h>  // kill
#include <spawn.h>
#include <sys/mman.h>     // memfd_create
#include <sys/syscall.h>  // SYS_pidfd_open: glibc 2.36 declares pidfd_open without C linkage
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <span>
#include <utility>  // std::move

#include "base/file.hpp"    // FileDescriptor, write_all
#include "base/system.hpp"  // error_text
#include "base/thread.hpp"  // process_limits

namespace agsweep {

namespace {

/// Of a refused process the system says only "Resource temporarily unavailable".
std::string reason(int error) { return error == EAGAIN ? fmt::format("{} ({})", error_text(error), process_limits()) : error_text(error); }

/// Texts as exec(3) takes them. They outlive it.
std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

/// A file without a name, which a child can have as a standard stream: nobody waits for a full pipe.
FileDescriptor nameless_file(const std::string& program, const char* purpose) {
  FileDescriptor file(::memfd_create(purpose, MFD_CLOEXEC));
  if (file.get() < 0) throw RunTimeError("{}: no memory for its {}: {}", program, purpose, reason(errno));
  return file;
}

std::string content(const std::string& program, const FileDescriptor& file) {
  std::string text;
  std::array<char, 1 << 16> block{};
  for (;;) {
    const ssize_t count = ::pread(file.get(), block.data(), block.size(), static_cast<off_t>(text.size()));
    if (count < 0) throw RunTimeError("{}: its output cannot be read: {}", program, reason(errno));
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

/// A child takes signals as it would from a shell, whatever this process ignores.
class DefaultSignals {
 public:
  DefaultSignals() {
    sigset_t signals;
    ::sigemptyset(&signals);
    for (const int signal : {SIGPIPE, SIGXFSZ}) ::sigaddset(&signals, signal);
    ::posix_spawnattr_init(&attributes_);
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF);
  }
  DefaultSignals(const DefaultSignals&) = delete;
  DefaultSignals& operator=(const DefaultSignals&) = delete;
  ~DefaultSignals() { ::posix_spawnattr_destroy(&attributes_); }
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

pid_t start(std::vector<std::string> command, std::optional<std::vector<std::string>> environment, const Streams& streams) {
  const std::vector<char*> arguments = pointers(command);
  const std::vector<char*> given = environment ? pointers(*environment) : std::vector<char*>();
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, arguments.front(), streams.get(), DefaultSignals().get(), arguments.data(),
                                   environment ? given.data() : environ);
  if (error != 0) throw CannotStart("{}: cannot be started: {}", command.front(), reason(error));
  return child;
}

/// @return the child's wait status
/// @throws RunTimeError past the limit, with the child ended
int wait_for(const std::string& program, pid_t child, std::chrono::milliseconds limit) {
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
  if (ready == 0) throw RunTimeError("{}: still at work after {} s, and was ended", program, static_cast<double>(limit.count()) / 1000);
  return status;
}

}  // namespace

ProgramResult run_program(const std::vector<std::string>& command, std::string_view input, std::chrono::milliseconds limit,
                          std::optional<std::vector<std::string>> environment) {
  const std::string& program = command.at(0);
  const FileDescriptor in = nameless_file(program, "input");
  const FileDescriptor out = nameless_file(program, "output");
  const FileDescriptor messages = nameless_file(program, "messages");
  write_all(in.get(), std::as_bytes(std::span(input)), program);
  if (::lseek(in.get(), 0, SEEK_SET) < 0) throw RunTimeError("{}: its input cannot be read: {}", program, reason(errno));

  const int status = wait_for(program, start(command, std::move(environment), Streams(in, out, messages)), limit);
  return {.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status),
          .output = content(program, out),
          .messages = content(program, messages)};
}

}  // namespace agsweep
