#include "workers/device/device_choice.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "tests/support/error_of.hpp"

namespace agsweep {
namespace {

using testing_support::error_of;

/// The ranks of one node, where each has the device that device_of_rank gives it.
std::vector<RankDevice> ranks_of_node(const std::string& node, int first_rank, int ranks, int visible) {
  std::vector<RankDevice> group;
  for (int local = 0; local < ranks; ++local) {
    const int device = device_of_rank(local, visible);
    group.push_back({first_rank + local, node, device, visible, fmt::format("GPU-{}-{}", node, device)});
  }
  return group;
}

TEST(DeviceChoice, TheRanksOfANodeGoRoundItsDevices) {
  EXPECT_EQ(device_of_rank(0, 4), 0);
  EXPECT_EQ(device_of_rank(3, 4), 3);
  EXPECT_EQ(device_of_rank(4, 4), 0);
  EXPECT_EQ(device_of_rank(5, 1), 0);
}

TEST(DeviceChoice, AGroupWithADeviceForEachRankIsFine) {
  std::vector<RankDevice> group = ranks_of_node("n1", 0, 4, 4);
  const std::vector<RankDevice> others = ranks_of_node("n2", 4, 4, 4);
  group.insert(group.end(), others.begin(), others.end());
  EXPECT_EQ(check_group_devices(group), "");
}

TEST(DeviceChoice, TwoRanksOfATrialOnOneDeviceAreRefusedWithBothNumbers) {
  const auto group = ranks_of_node("n1", 8, 3, 2);
  EXPECT_EQ(error_of<UsageError>([&] { check_group_devices(group); }),
            "ranks 8 and 10 of one trial would share device 0 of node n1 (GPU-n1-0): the trial has 3 ranks on this node, which shows 2 "
            "devices; start fewer ranks a node, or set --ranks-per-trial lower");
}

TEST(DeviceChoice, RanksThatSeeTheirOwnDeviceAloneWorkWithAWarning) {
  const std::vector<RankDevice> group = {{0, "n1", 0, 1, "GPU-a"}, {1, "n1", 0, 1, "GPU-b"}};
  EXPECT_EQ(check_group_devices(group).substr(0, 34), "each rank sees one device alone, w");
}

TEST(DeviceChoice, NodesWithOneDeviceEachNeedNoWarning) {
  const std::vector<RankDevice> group = {{0, "n1", 0, 1, "GPU-a"}, {1, "n2", 0, 1, "GPU-b"}};
  EXPECT_EQ(check_group_devices(group), "");
}

TEST(DeviceChoice, AGroupOfOneRankMayShareADevice) {
  const std::vector<RankDevice> group = {{5, "n1", 0, 1, "GPU-a"}};
  EXPECT_EQ(check_group_devices(group), "");
}

}  // namespace
}  // namespace agsweep
