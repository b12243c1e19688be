#include "base/thread.hpp"

#include <sys/resource.h>  // getrlimit

#include "base/error.hpp"

namespace agsweep {

std::string process_limits() {
  rlimit limit{};
  const bool known = ::getrlimit(RLIMIT_NPROC, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
  return fmt::format("ulimit -u: {}; a container or job may allow fewer: pids.max of its cgroup",
                     known ? std::to_string(limit.rlim_cur) : "unlimited");
}

void throw_no_thread(std::string_view purpose, const std::system_error& error) {
  throw RunTimeError("cannot start a thread for {}: {} ({})", purpose, error.code().message(), process_limits());
}

}  // namespace agsweep
