#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <stdexcept>

namespace agsweep::testing_support {

/// A child process that answers commands of one letter, until it is told 'q' or killed.
class ForkedProcess {
 public:
  using Answer = std::function<char(char command)>;

  /// @param start  runs in the child, and gives what answers there; it is destroyed at 'q'
  explicit ForkedProcess(const std::function<Answer()>& start) {
    if (::pipe(to_child_.data()) != 0 || ::pipe(from_child_.data()) != 0) throw std::runtime_error("pipe failed");
    pid_ = ::fork();
    if (pid_ != 0) return;
    try {
      serve(start());
    } catch (...) {
      ::_exit(1);
    }
    ::_exit(0);
  }
  ForkedProcess(const ForkedProcess&) = delete;
  ForkedProcess& operator=(const ForkedProcess&) = delete;
  ~ForkedProcess() {
    if (!ended_) kill();
    if (!reaped_) reap();
    for (const int fd : {to_child_[0], to_child_[1], from_child_[0], from_child_[1]}) ::close(fd);
  }

  pid_t pid() const { return pid_; }
  /// Sends a command and waits for the answer.
  char ask(char command) {
    char answer = 0;
    if (::write(to_child_[1], &command, 1) != 1 || ::read(from_child_[0], &answer, 1) != 1) throw std::runtime_error("no answer");
    return answer;
  }
  /// Lets it end, and waits for that.
  void quit() {
    ask('q');
    reap();
  }
  /// Kills it, and waits until it is dead; it stays a zombie until reap().
  void kill() {
    ::kill(pid_, SIGKILL);
    siginfo_t info;
    ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
    ended_ = true;
  }
  void reap() {
    ::waitpid(pid_, nullptr, 0);
    ended_ = reaped_ = true;
  }
  void stop() {
    ::kill(pid_, SIGSTOP);
    ::waitpid(pid_, nullptr, WUNTRACED);
  }
  void go_on() { ::kill(pid_, SIGCONT); }

 private:
  void serve(const Answer& answer) {
    for (char command = 0; ::read(to_child_[0], &command, 1) == 1;) {
      const char reply = command == 'q' ? 'q' : answer(command);
      if (::write(from_child_[1], &reply, 1) != 1 || command == 'q') return;
    }
  }

  std::array<int, 2> to_child_{};
  std::array<int, 2> from_child_{};
  pid_t pid_ = 0;
  bool ended_ = false;
  bool reaped_ = false;
};

}  // namespace agsweep::testing_support
