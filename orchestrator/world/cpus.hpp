#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace agsweep {

/// The CPUs that the operating system lets this process run on. Plain bytes: it travels between ranks.
struct CpuAllowance {
  static constexpr std::size_t most_cpus = 8192;  // Linux's own limit
  std::array<std::uint64_t, most_cpus / 64> mask{};
  double quota = 0;         // CPUs' worth of time that the cgroup grants; 0: no limit
  std::int64_t online = 1;  // of the node, whoever may use them

  int in_mask() const;
};

/// From the affinity mask and the cgroup's quota. @throws RunTimeError
CpuAllowance own_cpus();

/// The smallest quota, in CPUs, over a process's cgroup and those above it (version 1 or 2); 0 without a limit.
/// @param memberships  the content of /proc/self/cgroup
/// @param root         where the cgroup file systems are mounted: /sys/fs/cgroup
double cgroup_quota(std::string_view memberships, const std::filesystem::path& root);

/// One rank's part of its node.
struct RankCpus {
  std::string host;
  CpuAllowance allowance;
};

/// How many CPUs `rank` may keep busy, at least 1: ranks of one node that are bound to the same CPUs share these, and all share the quota.
int cpus_of_rank(std::span<const RankCpus> ranks, std::size_t rank);

/// The same for a process that runs without others. @throws RunTimeError
int cpus_alone();

}  // namespace agsweep
