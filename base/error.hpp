#pragma once

#include <stdexcept>  // std::runtime_error
#include <string>
#include <string_view>
#include <utility>  // std::forward

#include <fmt/format.h>

namespace agsweep {

/// What the program's exit status says; only main turns an exception into one.
enum class ExitCode : int {
  done = 0,
  run_time_failure = 1,
  usage = 2,
  trials_failed = 3,
  bad_data = 4,
  checkpointed = 85,  // stopped by a signal after a checkpoint: run me again
};

/// Every failure that a user should read: a message that names the cause, and the exit code that goes with it.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode code() const noexcept { return code_; }

  /// Every rank of the job throws this same failure, so that one of them need say it.
  bool known_to_all = false;

 private:
  ExitCode code_;
};

/// The command line or a configuration is wrong: names option, value and allowed range.
struct UsageError : Error {
  template <typename... Args>
  explicit UsageError(fmt::format_string<Args...> text, Args&&... args)
      : Error(ExitCode::usage, fmt::format(text, std::forward<Args>(args)...)) {}
};

/// A file is damaged or unfit: names file, line and column, or key.
struct DataError : Error {
  template <typename... Args>
  explicit DataError(fmt::format_string<Args...> text, Args&&... args)
      : Error(ExitCode::bad_data, fmt::format(text, std::forward<Args>(args)...)) {}
};

/// The operating system, MPI or a library said no.
struct RunTimeError : Error {
  template <typename... Args>
  explicit RunTimeError(fmt::format_string<Args...> text, Args&&... args)
      : Error(ExitCode::run_time_failure, fmt::format(text, std::forward<Args>(args)...)) {}
};

/// A rank threw in a step, or did not answer in time.
struct RankFailure : Error {
  template <typename... Args>
  explicit RankFailure(fmt::format_string<Args...> text, Args&&... args)
      : Error(ExitCode::run_time_failure, fmt::format(text, std::forward<Args>(args)...)) {}
};

/// In the message of each loss and gradient that is no finite number: who reads results tells a divergence from other failures by it.
inline constexpr std::string_view not_finite = "is not finite";

/// This configuration cannot be trained (a loss or gradient is not finite): never retried, and a sweep goes on.
struct TrialFailure : Error {
  template <typename... Args>
  explicit TrialFailure(fmt::format_string<Args...> text, Args&&... args)
      : Error(ExitCode::run_time_failure, fmt::format(text, std::forward<Args>(args)...)) {}
};

/// Somebody asked for a stop, and all that counts is in a checkpoint.
struct Interrupted : Error {
  Interrupted() : Error(ExitCode::checkpointed, "stopped by a signal") {}
};

}  // namespace agsweep
