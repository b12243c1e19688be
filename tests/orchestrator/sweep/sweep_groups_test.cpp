#include "orchestrator/sweep/sweep_groups.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "tests/support/error_of.hpp"

namespace agsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

World world_of(const std::vector<std::string>& hosts) {
  World world;
  for (const std::string& host : hosts) {
    world.ranks.push_back({.host = host, .allowance = {}});
    world.cpu_models.emplace_back("cpu of " + host);
  }
  return world;
}

TEST(SweepGroups, GiveEachRankAGroupOfItsOwn) {
  const SweepGroups groups = make_groups(world_of({"a", "a", "b"}), 1, 1);
  EXPECT_THAT(groups.group_of, ElementsAre(0, 1, 2));
  EXPECT_THAT(groups.leaders, ElementsAre(0, 1, 2));
}

TEST(SweepGroups, StayOnANodeWhereRanksAreDealtOutInTurn) {
  const SweepGroups groups = make_groups(world_of({"a", "b", "a", "b"}), 2, 1);
  EXPECT_THAT(groups.group_of, ElementsAre(0, 1, 0, 1));
  EXPECT_THAT(groups.leaders, ElementsAre(0, 1));
}

TEST(SweepGroups, CountThreadsOfARankOneAfterTheOther) {
  const SweepGroups groups = make_groups(world_of({"a", "a"}), 1, 3);
  EXPECT_THAT(groups.group_of, ElementsAre(0, 3));
  EXPECT_THAT(groups.leaders, ElementsAre(0, 0, 0, 1, 1, 1));
}

TEST(SweepGroups, RefuseRanksThatAreLeftOver) {
  const std::string message = testing_support::error_of<UsageError>([] { make_groups(world_of({"a", "a", "a"}), 2, 1); });
  EXPECT_THAT(message, HasSubstr("3 ranks cannot be shared out in groups of 2"));
}

TEST(SweepGroups, HaveAWorldOfTheirOwn) {
  World world = world_of({"a", "b", "a", "b"});
  world.rank = 3;
  const World part = part_of(world, make_groups(world, 2, 1), 1);
  EXPECT_EQ(part.rank, 1);
  EXPECT_THAT(part.hosts(), ElementsAre("b"));
  EXPECT_THAT(part.cpu_models, ElementsAre("cpu of b", "cpu of b"));
}

}  // namespace
}  // namespace agsweep
