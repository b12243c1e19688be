#pragma once

#include <span>
#include <string>

namespace agsweep {

/// Which of the visible devices a rank computes on: the ranks of a node go round all of them.
/// @param local_rank  0 .. ranks of the node - 1
/// @param visible     at least 1
int device_of_rank(int local_rank, int visible);

/// One rank of a trial's group, and the device that it has.
struct RankDevice {
  int rank = 0;      // in the job
  std::string node;  // its name
  int device = 0;    // as the rank counts
  int visible = 0;   // how many the rank sees
  std::string uuid;  // of the device
};

/// Ranks of one trial need a device each: NCCL joins no two on one.
/// @return a warning for the user; may be empty
/// @throws UsageError that names two ranks on one device, the ranks that the trial has on that node, and the node's devices
std::string check_group_devices(std::span<const RankDevice> group);

}  // namespace agsweep
