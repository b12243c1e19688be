#pragma once

#include <array>
#include <atomic>
#include <csignal>  // struct sigaction
#include <string>

namespace agsweep {

/// While it lives, SIGUSR2, SIGTERM and SIGINT ask for a stop instead of ending the process; a second one ends it at once, but in a SLURM
/// job, where it changes nothing.
/// At most one at a time in a process.
class StopSignals {
 public:
  /// @param notice  written to stderr at the first signal, even if the launcher kills the process a second later; may be empty
  explicit StopSignals(std::string notice);
  /// Gives the signals back to who had them before; after a stop in a SLURM job they are ignored from here on.
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// True from the first signal on.
  const std::atomic<bool>& stop() const;

 private:
  std::string notice_;
  std::array<struct sigaction, 3> before_{};
};

}  // namespace agsweep
