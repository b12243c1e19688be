#include "sweeps/journal/process_identity.hpp"

#include <signal.h>  // kill
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <optional>
#include <sstream>

#include <fmt/format.h>

#include "base/system.hpp"

namespace agsweep {

namespace {

struct ProcessStat {
  char state = '?';  // R, S, D, T, t, Z ..
  std::int64_t start = 0;
};

/// Fields 3 and 22 of proc(5)'s /proc/PID/stat; nullopt where it cannot be read.
std::optional<ProcessStat> stat_of(std::int64_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  const std::size_t name_end = line.rfind(')');  // field 2, the program's name in parentheses, may itself hold spaces and parentheses
  if (name_end == line.npos) return std::nullopt;
  std::istringstream fields(line.substr(name_end + 1));
  ProcessStat stat;
  fields >> stat.state;
  std::string skipped;
  for (int field = 4; field < 22; ++field) fields >> skipped;
  fields >> stat.start;
  return fields ? std::optional(stat) : std::nullopt;
}

/// Empty where /proc does not tell.
std::string own_pid_space() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string boot;
  std::array<char, 64> name{};
  const ssize_t length = ::readlink("/proc/self/ns/pid", name.data(), name.size());
  if (!std::getline(file, boot) || length <= 0) return "";
  return fmt::format("{} {}", boot, std::string_view(name.data(), static_cast<std::size_t>(length)));
}

}  // namespace

ProcessIdentity this_process() {
  const std::int64_t pid = ::getpid();
  const std::optional<ProcessStat> stat = stat_of(pid);
  return {.host = host_name(), .pid = pid, .start = stat ? stat->start : 0, .pid_space = own_pid_space()};
}

ProcessView view_of(const ProcessIdentity& process, const ProcessIdentity& self) {
  const bool same_space = process.host == self.host && process.pid_space == self.pid_space && !self.pid_space.empty();
  if (!same_space || process.pid <= 0 || process.start <= 0) return ProcessView::unseen;
  if (::kill(static_cast<pid_t>(process.pid), 0) != 0 && errno == ESRCH) return ProcessView::gone;
  const std::optional<ProcessStat> stat = stat_of(process.pid);
  if (!stat) return ProcessView::unseen;
  // A zombie has ended, and only waits for its parent to ask for its exit status.
  if (stat->start != process.start || stat->state == 'Z' || stat->state == 'X') return ProcessView::gone;
  return stat->state == 'T' || stat->state == 't' ? ProcessView::stopped : ProcessView::running;
}

std::string worker_id(const ProcessIdentity& process) {
  return fmt::format("{}{}-{}-{}", own_worker_prefix, process.host, process.pid, process.start);
}

}  // namespace agsweep
