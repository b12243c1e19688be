#include "sweeps/aggregate/importance.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sweeps/aggregate/made_up_sweep.hpp"

namespace agsweep {
namespace {

using testing_support::made_up_sweep;
using testing_support::made_up_trial;
using enum TrialPhase;

/// Configurations first .. first + count - 1, each better than the one before from its first epoch on.
std::vector<TrialResults> trials(std::int64_t first, std::int64_t count, TrialPhase phase, std::size_t epochs) {
  std::vector<TrialResults> trials;
  for (std::int64_t i = first; i < first + count; ++i) {
    std::vector<double> values(epochs, 0.5);
    values.front() += 0.001 * static_cast<double>(i);
    trials.push_back(made_up_trial(i, phase, values));
  }
  return trials;
}

std::vector<TrialResults> joined(std::vector<TrialResults> all, const std::vector<TrialResults>& more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::vector<HyperparameterImportance> importances_of(const std::vector<SweepResults>& sweeps) {
  std::vector<std::size_t> group;
  for (std::size_t s = 0; s < sweeps.size(); ++s) group.push_back(s);
  return importances(sweeps, group, {});
}

SweepResults asha(SweepResults sweep) {
  sweep.spec.scheduler = {.kind = SchedulerKind::asha, .eta = 3, .min_epochs = 1};
  return sweep;
}

TEST(HyperparameterImportance, IsLeftOutBelowTwentyConfigurationsWithTheReason) {
  const auto few = importances_of({made_up_sweep(trials(0, 19, complete, 9))});
  ASSERT_EQ(few.size(), 1U);
  EXPECT_FALSE(few[0].shares);
  EXPECT_EQ(few[0].reason, "19 configurations have reached epoch 1, and 20 are needed");
  const auto enough = importances_of({made_up_sweep(trials(0, 20, complete, 9))});
  ASSERT_TRUE(enough[0].shares);
  EXPECT_EQ(enough[0].configurations, 20U);
  EXPECT_NEAR(enough[0].shares->parameters[0].mean, 1, 1e-9);
  EXPECT_EQ(enough[0].reason, "");
}

TEST(HyperparameterImportance, TakesTheHighestRungThatTwentyReached) {
  const auto reached = joined(joined(trials(0, 30, paused, 1), trials(30, 10, pruned, 4)), trials(40, 12, running, 5));
  EXPECT_EQ(importances_of({asha(made_up_sweep(reached))})[0].epoch, 3);
  EXPECT_EQ(importances_of({asha(made_up_sweep(reached))})[0].configurations, 22U);
  EXPECT_EQ(importances_of({made_up_sweep(reached)})[0].epoch, 4) << "without ASHA any epoch may be compared";
}

TEST(HyperparameterImportance, CountsATrialThatEndedEarlyAsCompleteAtEachEpoch) {
  const auto importance = importances_of({made_up_sweep(trials(0, 20, complete, 2))});
  EXPECT_EQ(importance[0].epoch, 9);
  EXPECT_TRUE(importance[0].shares);
}

TEST(HyperparameterImportance, ScoresTheBestValueUpToTheRung) {
  std::vector<TrialResults> all;
  for (std::int64_t i = 0; i < 24; ++i) {
    const bool goes_on = i < 4;  // too few to be compared later
    const double late = 0.9 - 0.01 * static_cast<double>(i);
    const std::vector<double> rung = {0.5, 0.7, 0.6};
    all.push_back(
        made_up_trial(i, goes_on ? complete : paused, goes_on ? std::vector{0.5, 0.7, 0.6, late, late, late, late, late, late} : rung));
  }
  const auto importance = importances_of({asha(made_up_sweep(all))});
  EXPECT_FALSE(importance[0].shares);
  EXPECT_EQ(importance[0].reason, "the values of the 24 configurations after epoch 3 do not vary");
}

TEST(HyperparameterImportance, CountsASeedsMeanOnceAndNoFailedTrial) {
  auto all = trials(0, 19, complete, 9);
  all.push_back(made_up_trial(0, complete, std::vector(9, 0.3), 43));
  all.push_back(made_up_trial(20, failed, std::vector(9, 0.9)));
  EXPECT_FALSE(importances_of({made_up_sweep(all)})[0].shares);
}

TEST(HyperparameterImportance, JoinsSweepsOfOneSpaceAndKeepsOthersApart) {
  std::vector sweeps = {made_up_sweep(trials(0, 12, complete, 9)), made_up_sweep(trials(0, 25, complete, 9)),
                        made_up_sweep(trials(20, 12, complete, 9))};
  sweeps[1].spec.fixed = {{.key = "dropout", .value = 0.5, .origin = ""}};
  const auto all = importances_of(sweeps);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_THAT(all[0].sweeps, ::testing::ElementsAre(0, 2));
  EXPECT_EQ(all[0].configurations, 24U);
  EXPECT_EQ(all[1].configurations, 25U);
}

TEST(HyperparameterImportance, OfASweepWithoutTrialsIsLeftOut) {
  EXPECT_EQ(importances_of({asha(made_up_sweep({}, 0))})[0].reason, "no trial has begun");
}

}  // namespace
}  // namespace agsweep
