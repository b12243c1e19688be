#include "sweeps/aggregate/trial_ranking.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sweeps/aggregate/made_up_sweep.hpp"

namespace agsweep {
namespace {

using ::testing::ElementsAre;
using testing_support::made_up_sweep;
using testing_support::made_up_trial;
using enum TrialPhase;

std::vector<std::size_t> first_trials(const TrialRanking& ranking) {
  std::vector<std::size_t> trials;
  for (const RankedConfiguration& configuration : ranking.configurations) trials.push_back(configuration.trials.front().trial);
  return trials;
}

std::vector<std::size_t> other_trials(const TrialRanking& ranking) {
  std::vector<std::size_t> trials;
  for (const TrialRef& ref : ranking.others) trials.push_back(ref.trial);
  return trials;
}

TEST(TrialRanking, OrdersConfigurationsByTheMeanOfTheirSeedsBestEpochs) {
  const std::vector sweeps = {made_up_sweep({
      made_up_trial(0, complete, {0.1, 0.9, 0.2}, 1),
      made_up_trial(0, complete, {0.5, 0.4, 0.3}, 2),
      made_up_trial(1, complete, {0.8, 0.8, 0.8}, 1),
      made_up_trial(1, complete, {0.7, 0.8, 0.6}, 2),
      made_up_trial(2, complete, {0.75, 0.1, 0.1}, 1),
  })};
  const std::vector<TrialRanking> rankings = rank_trials(sweeps, {});
  ASSERT_EQ(rankings.size(), 1U);
  const std::vector<RankedConfiguration>& ranked = rankings[0].configurations;
  ASSERT_THAT(first_trials(rankings[0]), ElementsAre(2, 4, 0));
  EXPECT_DOUBLE_EQ(ranked[0].value.mean, 0.8);
  EXPECT_EQ(ranked[0].value.half_width, 0);
  EXPECT_EQ(ranked[1].value.half_width, std::nullopt);
  EXPECT_DOUBLE_EQ(ranked[2].value.mean, 0.7);
  EXPECT_EQ(ranked[2].trials.size(), 2U);
}

TEST(TrialRanking, PutsPrunedTrialsBelowCompleteOnesTheFurtherFirst) {
  const std::vector sweeps = {made_up_sweep({
      made_up_trial(0, pruned, {0.95}),
      made_up_trial(1, complete, {0.1, 0.2, 0.3}),
      made_up_trial(2, pruned, {0.5, 0.6, 0.7}),
      made_up_trial(3, pruned, {0.96}),
  })};
  const std::vector<TrialRanking> rankings = rank_trials(sweeps, {});
  EXPECT_THAT(first_trials(rankings[0]), ElementsAre(1, 2, 3, 0));
  EXPECT_FALSE(rankings[0].configurations[1].complete);
}

TEST(TrialRanking, GivesEqualsToTheLowerTrial) {
  const std::vector sweeps = {
      made_up_sweep({made_up_trial(0, complete, {0.5}), made_up_trial(1, complete, {0.6}), made_up_trial(2, complete, {0.6})})};
  EXPECT_THAT(first_trials(rank_trials(sweeps, {})[0]), ElementsAre(1, 2, 0));
}

TEST(TrialRanking, ListsWhatHasNotEndedOrFailedWithoutARank) {
  const std::vector sweeps = {
      made_up_sweep({made_up_trial(0, failed, {0.99}), made_up_trial(1, running, {0.98}), made_up_trial(2, complete, {0.1}),
                     made_up_trial(3, paused, {0.97}), made_up_trial(4, running, {})})};
  const std::vector<TrialRanking> rankings = rank_trials(sweeps, {});
  EXPECT_THAT(first_trials(rankings[0]), ElementsAre(2));
  EXPECT_THAT(other_trials(rankings[0]), ElementsAre(3, 1, 4, 0));
}

TEST(TrialRanking, PutsTheLowestLossFirst) {
  std::vector sweeps = {made_up_sweep({made_up_trial(0, complete, {0.5}), made_up_trial(1, complete, {0.4})})};
  sweeps[0].spec.metric = Metric::loss;
  EXPECT_THAT(first_trials(rank_trials(sweeps, {})[0]), ElementsAre(1, 0));
}

TEST(TrialRanking, IsOneForSweepsWithOneScopeAndAnotherForEachOtherScope) {
  const auto sweep = [] { return made_up_sweep({made_up_trial(0, complete, {0.5})}); };
  std::vector sweeps = {sweep(), sweep(), sweep(), sweep(), sweep(), sweep()};
  sweeps[1].epochs = 3;
  sweeps[2].data_sha256 = "other";
  sweeps[3].train_limit = 100;
  sweeps[4].spec.metric = Metric::accuracy;
  const std::vector<TrialRanking> rankings = rank_trials(sweeps, {});
  ASSERT_EQ(rankings.size(), 5U);
  EXPECT_THAT(rankings[0].sweeps, ElementsAre(0, 5));
  EXPECT_EQ(rankings[3].scope.train_limit, 100);
}

TEST(TrialRanking, JoinsTheSeedsOfOneConfigurationOverSweepsAndLeavesCopiesOut) {
  const std::vector sweeps = {
      made_up_sweep({made_up_trial(0, complete, {0.5}, 1, "h"), made_up_trial(0, pruned, {0.9}, 3, "h")}),
      made_up_sweep({made_up_trial(7, complete, {0.7}, 2, "h"), made_up_trial(7, complete, {0.5}, 1, "h")}),
  };
  const std::vector<TrialRanking> rankings = rank_trials(sweeps, {{.sweep = 1, .trial = 1}});
  ASSERT_EQ(rankings[0].configurations.size(), 1U);
  EXPECT_THAT(rankings[0].configurations[0].trials, ElementsAre(TrialRef{0, 0}, TrialRef{1, 0}));
  EXPECT_DOUBLE_EQ(rankings[0].configurations[0].value.mean, 0.6);
  EXPECT_THAT(rankings[0].others, ElementsAre(TrialRef{1, 1}, TrialRef{0, 1}));
}

}  // namespace
}  // namespace agsweep
