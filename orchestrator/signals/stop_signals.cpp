#include "orchestrator/signals/stop_signals.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>  // std::getenv
#include <string_view>
#include <utility>  // std::move

namespace agsweep {

namespace {

constexpr std::array signals = {SIGUSR2, SIGTERM, SIGINT};

// All that a handler can reach.
std::atomic<bool> stop_asked = false;
std::atomic<bool> second_one_ends = true;
std::atomic<const std::string*> stop_notice = nullptr;
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<const std::string*>::is_always_lock_free, "used in a signal handler");

void ask_for_stop(int signal) {
  const int saved_errno = errno;
  if (stop_asked.exchange(true)) {
    if (second_one_ends) {
      // Delivered when the handler returns.
      ::signal(signal, SIG_DFL);
      ::raise(signal);
    }
  } else if (const std::string* notice = stop_notice) {
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, notice->data(), notice->size());
  }
  errno = saved_errno;
}

}  // namespace

StopSignals::StopSignals(std::string notice) : notice_(std::move(notice)) {
  stop_asked = false;
  // SLURM tells a step of one stop in several ways, itself and by the batch script, and ends what stays by SIGKILL.
  second_one_ends = std::getenv("SLURM_JOB_ID") == nullptr;
  stop_notice = notice_.empty() ? nullptr : &notice_;
  struct sigaction action {};
  action.sa_handler = ask_for_stop;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (const int signal : signals) sigaddset(&action.sa_mask, signal);
  for (std::size_t i = 0; i < signals.size(); ++i) ::sigaction(signals[i], &action, &before_[i]);
}

StopSignals::~StopSignals() {
  struct sigaction ignored {};
  ignored.sa_handler = SIG_IGN;
  // What still comes of one stop would end a process of a SLURM job before it can tell its exit code.
  const bool ends_by_itself = stop_asked && !second_one_ends;
  for (std::size_t i = 0; i < signals.size(); ++i) ::sigaction(signals[i], ends_by_itself ? &ignored : &before_[i], nullptr);
  stop_notice = nullptr;
}

const std::atomic<bool>& StopSignals::stop() const { return stop_asked; }

}  // namespace agsweep
