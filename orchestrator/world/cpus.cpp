#include "orchestrator/world/cpus.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>  // std::min, std::max
#include <bit>        // std::popcount
#include <cerrno>
#include <charconv>
#include <cmath>    // std::lround
#include <cstring>  // std::memcpy
#include <fstream>
#include <optional>
#include <sstream>

#include "base/error.hpp"
#include "base/system.hpp"  // error_text

namespace agsweep {

namespace fs = std::filesystem;

namespace {

/// A file of a pseudo file system as text; nullopt where there is none.
std::optional<std::string> text_of(const fs::path& path) {
  std::ifstream in(path);
  if (!in) return std::nullopt;
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

/// quota / period, both in microseconds; 0 for none ("max" in version 2, -1 in version 1).
double quota_of(std::istringstream text) {
  double quota = 0, period = 0;
  return text >> quota >> period && quota > 0 && period > 0 ? quota / period : 0;
}

/// The quota that stands in one group's folder.
double quota_in(const fs::path& group) {
  if (const auto both = text_of(group / "cpu.max")) return quota_of(std::istringstream(*both));
  const auto quota = text_of(group / "cpu.cfs_quota_us");
  const auto period = text_of(group / "cpu.cfs_period_us");
  return quota && period ? quota_of(std::istringstream(*quota + " " + *period)) : 0;
}

double stricter(double one, double other) { return one == 0 || other == 0 ? std::max(one, other) : std::min(one, other); }

/// Over the group and those above it. A container may see its own group as the mount's root: folders that are not there have no quota.
double quota_up_from(const fs::path& mount, std::string_view group) {
  double quota = 0;
  for (fs::path folder = fs::path(group).relative_path(); !folder.empty(); folder = folder.parent_path()) {
    quota = stricter(quota, quota_in(mount / folder));
  }
  return stricter(quota, quota_in(mount));
}

}  // namespace

int CpuAllowance::in_mask() const {
  int cpus = 0;
  for (const std::uint64_t word : mask) cpus += std::popcount(word);
  return cpus;
}

double cgroup_quota(std::string_view memberships, const fs::path& root) {
  double quota = 0;
  std::istringstream lines{std::string(memberships)};
  for (std::string line; std::getline(lines, line);) {  // hierarchy:controllers:path
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1), group = line.substr(second + 1);
    if (controllers.empty()) quota = stricter(quota, quota_up_from(root, group));
    if (controllers == "cpu" || controllers == "cpu,cpuacct" || controllers == "cpuacct,cpu") {
      quota = stricter(quota, quota_up_from(root / controllers, group));
    }
  }
  return quota;
}

CpuAllowance own_cpus() {
  CpuAllowance allowance;
  static_assert(sizeof(allowance.mask) % sizeof(unsigned long) == 0);
  if (::sched_getaffinity(0, sizeof(allowance.mask), reinterpret_cast<cpu_set_t*>(allowance.mask.data())) != 0) {
    throw RunTimeError("cannot read the CPU affinity: {}", error_text(errno));
  }
  allowance.online = std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN));
  allowance.quota = cgroup_quota(text_of("/proc/self/cgroup").value_or(""), "/sys/fs/cgroup");
  return allowance;
}

int cpus_of_rank(std::span<const RankCpus> ranks, std::size_t rank) {
  const RankCpus& own = ranks[rank];
  int on_node = 1, on_mask = 1;
  for (const RankCpus& other : ranks) {
    if (&other == &own || other.host != own.host) continue;
    ++on_node;
    if (other.allowance.mask == own.allowance.mask) ++on_mask;
  }
  int cpus = own.allowance.in_mask() / on_mask;
  // Half a CPU more is worth a thread.
  if (own.allowance.quota > 0) cpus = std::min(cpus, static_cast<int>(std::lround(own.allowance.quota / on_node)));
  return std::max(1, cpus);
}

int cpus_alone() {
  const std::array<RankCpus, 1> alone = {RankCpus{.host = "", .allowance = own_cpus()}};
  return cpus_of_rank(alone, 0);
}

}  // namespace agsweep
