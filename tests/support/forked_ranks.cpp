#include "tests/support/forked_ranks.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <exception>

extern "C" __attribute__((weak)) void __gcov_dump();  // where lines are counted (AGSWEEP_COVERAGE)

namespace agsweep::testing_support {

namespace {

struct Child {
  pid_t process;
  int pipe;
};

Child start(int rank, const std::function<std::string(int)>& work) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) throw std::runtime_error("pipe");
  const pid_t process = ::fork();
  if (process != 0) {
    ::close(ends[1]);
    return {process, ends[0]};
  }
  std::string said;
  try {
    said = work(rank);
  } catch (const std::exception& error) {
    said = error.what();
  }
  if (__gcov_dump != nullptr) __gcov_dump();  // _exit does not
  const bool written = ::write(ends[1], said.data(), said.size()) == static_cast<ssize_t>(said.size());
  ::_exit(written ? 0 : 1);
}

/// All that comes from a pipe until its other end is closed. @return false when time is over
bool read_all(int pipe, std::string& text, std::chrono::steady_clock::time_point end) {
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    pollfd ready{pipe, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) <= 0) return false;
    std::array<char, 4096> part{};
    const ssize_t size = ::read(pipe, part.data(), part.size());
    if (size <= 0) return true;
    text.append(part.data(), static_cast<std::size_t>(size));
  }
}

}  // namespace

std::vector<RankEnd> run_forked_ranks(int ranks, const std::function<std::string(int)>& work, double deadline_seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(static_cast<int>(1000 * deadline_seconds));
  std::vector<Child> children;
  for (int rank = 0; rank < ranks; ++rank) children.push_back(start(rank, work));
  std::vector<RankEnd> ends;
  for (const Child& child : children) {
    RankEnd& rank_end = ends.emplace_back();
    const bool in_time = read_all(child.pipe, rank_end.said, end);
    if (!in_time) ::kill(child.process, SIGKILL);
    int status = 0;
    ::waitpid(child.process, &status, 0);
    ::close(child.pipe);
    rank_end.exit_status = in_time && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  return ends;
}

}  // namespace agsweep::testing_support
