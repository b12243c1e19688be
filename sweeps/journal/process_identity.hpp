#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace agsweep {

/// A process, told apart from a later one with the same id.
struct ProcessIdentity {
  std::string host;
  std::int64_t pid = 0;
  std::int64_t start = 0;  // in clock ticks after the host's start, as in /proc/PID/stat; 0: not known
  std::string pid_space;   // what its id is unique in: the host's boot and its PID namespace (containers have their own); empty: not known
};

ProcessIdentity this_process();

/// What can be seen of a process from here.
enum class ProcessView {
  gone,     // it has ended, or its id belongs to a younger process
  running,  // it can act
  stopped,  // by a signal or a debugger: it may act again
  unseen,   // of another host or PID namespace, or /proc does not show it
};
ProcessView view_of(const ProcessIdentity& process, const ProcessIdentity& self);

/// Every worker id of this program begins so; lines of others (a dashboard's notes) change nothing.
constexpr std::string_view own_worker_prefix = "agsweep-";

/// The worker id of a process in the journal: no two processes share one.
std::string worker_id(const ProcessIdentity& process);

}  // namespace agsweep
