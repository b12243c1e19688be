#include "sweeps/report/parameter_figure.hpp"

#include <gtest/gtest.h>

#include "tests/sweeps/aggregate/made_up_sweep.hpp"

namespace agsweep {
namespace {

using testing_support::made_up_trial;

std::vector<EpochGroup> groups_of(const std::vector<std::int64_t>& epochs, std::size_t limit) {
  std::vector<TrialResults> trials;
  for (const std::int64_t count : epochs) {
    trials.push_back(made_up_trial(0, TrialPhase::pruned, std::vector<double>(static_cast<std::size_t>(count), .5)));
  }
  std::vector<const TrialResults*> pointers;
  for (const TrialResults& trial : trials) pointers.push_back(&trial);
  std::vector<EpochGroup> groups = epoch_groups(pointers, limit);
  for (EpochGroup& group : groups) group.trials.assign(group.trials.size(), nullptr);  // they end here
  return groups;
}

TEST(EpochGroups, AreOneANumberOfEpochsLongestFirst) {
  const auto groups = groups_of({1, 9, 1, 3, 1}, 5);
  ASSERT_EQ(groups.size(), 3U);
  EXPECT_EQ(groups[0].label(), "9 epochs");
  EXPECT_EQ(groups[2].label(), "1 epoch");
  EXPECT_EQ(groups[2].trials.size(), 3U);
}

TEST(EpochGroups, TakeNeighboursTogetherWhereThereAreMany) {
  const auto groups = groups_of({1, 2, 3, 4, 5, 6, 7}, 3);
  ASSERT_EQ(groups.size(), 3U);
  EXPECT_EQ(groups[0].most, 7);
  EXPECT_EQ(groups[2].least, 1);
  std::size_t trials = 0;
  for (const EpochGroup& group : groups) trials += group.trials.size();
  EXPECT_EQ(trials, 7U);
  EXPECT_EQ(groups[0].label(), "5-7 epochs");
}

TEST(EpochGroups, AreNoneWithoutTrials) { EXPECT_TRUE(groups_of({}, 5).empty()); }

}  // namespace
}  // namespace agsweep
