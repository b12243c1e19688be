#include "orchestrator/world/slurm_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace agsweep {
namespace {

using testing::HasSubstr;

World world_of(const std::vector<std::string>& hosts) {
  World world;
  for (const std::string& host : hosts) world.ranks.push_back({.host = host, .allowance = {}});
  return world;
}

JobEnvironment job_of(int nodes, int tasks, int gpus_on_node = 0) {
  return {.id = "7", .requeues = 0, .node = "n1", .nodes = nodes, .tasks = tasks, .gpus_on_node = gpus_on_node};
}

TEST(SlurmCheck, AJobWhoseRanksAreAllOnItsFirstNodeIsTold) {
  EXPECT_THAT(missing_nodes(world_of({"n1", "n1", "n1", "n1"}), job_of(2, 4)), HasSubstr("2 nodes, but mpirun started all 4 ranks on n1"));
}

TEST(SlurmCheck, RanksOnAllNodesOrOnlyForAPartOfTheJobAreRight) {
  EXPECT_EQ(missing_nodes(world_of({"n1", "n1", "n2", "n2"}), job_of(2, 4)), "");
  EXPECT_EQ(missing_nodes(world_of({"n1", "n1"}), job_of(2, 4)), "");
  EXPECT_EQ(missing_nodes(world_of({"n1", "n1"}), {}), "");
}

TEST(SlurmCheck, GpusThatCannotBeUsedAreToldWithTheReason) {
  const std::string told = unfit_devices(job_of(1, 1, 4), 0, "no NVIDIA driver is found");
  EXPECT_THAT(told, HasSubstr("4 GPUs on node n1, but none can be used there: no NVIDIA driver is found"));
  EXPECT_THAT(told, HasSubstr("--device cpu"));
}

TEST(SlurmCheck, MoreGpusThanTheJobWasGivenAreTold) {
  EXPECT_THAT(unfit_devices(job_of(1, 1, 2), 8, ""), HasSubstr("node n1 shows 8 GPUs, but SLURM gave this job 2"));
}

TEST(SlurmCheck, AsManyGpusOrFewerAreRight) {  // fewer where each task is bound to its own
  EXPECT_EQ(unfit_devices(job_of(1, 8, 8), 8, ""), "");
  EXPECT_EQ(unfit_devices(job_of(1, 8, 8), 1, ""), "");
  EXPECT_EQ(unfit_devices(job_of(1, 8), 0, "no driver"), "");
  EXPECT_EQ(unfit_devices({}, 8, ""), "");
}

}  // namespace
}  // namespace agsweep
