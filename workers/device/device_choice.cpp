#include "workers/device/device_choice.hpp"

#include <algorithm>
#include <set>

#include "base/error.hpp"

namespace agsweep {

int device_of_rank(int local_rank, int visible) { return local_rank % visible; }

namespace {

/// The devices of a node that the group's ranks know of: each may see its own alone.
std::size_t devices_of_node(std::span<const RankDevice> group, const std::string& node) {
  std::set<std::string> used;
  int seen = 0;
  for (const RankDevice& member : group) {
    if (member.node != node) continue;
    used.insert(member.uuid);
    seen = std::max(seen, member.visible);
  }
  return std::max(used.size(), static_cast<std::size_t>(seen));
}

void require_own_device(std::span<const RankDevice> group, const RankDevice& a, const RankDevice& b) {
  if (a.uuid != b.uuid) return;
  const auto ranks = std::ranges::count(group, a.node, &RankDevice::node);
  const std::size_t devices = devices_of_node(group, a.node);
  throw UsageError(
      "ranks {} and {} of one trial would share device {} of node {} ({}): the trial has {} ranks on this node, which shows {} device{}; "
      "start fewer ranks a node, or set --ranks-per-trial lower",
      a.rank, b.rank, a.device, a.node, a.uuid, ranks, devices, devices == 1 ? "" : "s");
}

}  // namespace

std::string check_group_devices(std::span<const RankDevice> group) {
  bool alone = false;  // some ranks of one node see their own device only
  for (std::size_t i = 0; i < group.size(); ++i) {
    for (std::size_t j = i + 1; j < group.size(); ++j) {
      require_own_device(group, group[i], group[j]);
      alone = alone || (group[i].node == group[j].node && group[i].visible == 1);
    }
  }
  if (!alone) return {};
  return "each rank sees one device alone, which slows what NCCL does within a node: give every task all devices of its node "
         "(srun --gpus-per-node with --gpu-bind=none), and agsweep takes one for each rank";
}

}  // namespace agsweep
