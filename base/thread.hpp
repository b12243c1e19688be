#pragma once

#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>  // std::move

namespace agsweep {

/// Throws RunTimeError for a thread that the system refused.
[[noreturn]] void throw_no_thread(std::string_view purpose, const std::system_error& error);

/// Starts a thread that runs `work`.
/// @param purpose  for the error: "messages between ranks"
/// @throws RunTimeError that names purpose and limit when the system gives no more threads
template <typename Work>
std::jthread start_thread(std::string_view purpose, Work work) try {
  return std::jthread(std::move(work));
} catch (const std::system_error& error) {
  throw_no_thread(purpose, error);
}

/// The limits that a refused thread or process may have met, for errors: "ulimit -u: 4096, and a container's or job's own".
std::string process_limits();

}  // namespace agsweep
