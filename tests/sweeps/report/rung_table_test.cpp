#include "sweeps/report/rung_table.hpp"

#include <gtest/gtest.h>

#include "tests/sweeps/aggregate/made_up_sweep.hpp"

namespace agsweep {
namespace {

using testing_support::made_up_sweep;
using testing_support::made_up_trial;

SweepResults under_asha(std::vector<TrialResults> trials) {
  SweepResults sweep = made_up_sweep(std::move(trials), 9);
  sweep.spec.scheduler = {.kind = SchedulerKind::asha, .eta = 3, .min_epochs = 1};
  return sweep;
}

std::vector<double> nine(double first, double last) { return {first, .1, .1, .1, .1, .1, .1, .1, last}; }

TEST(RungTable, CountsWhoReachedARungAndWhoWentOn) {
  const std::vector<RungRow> rungs = rung_table(under_asha({
      made_up_trial(0, TrialPhase::complete, nine(.5, .9)),
      made_up_trial(1, TrialPhase::pruned, {.4, .6, .3}),
      made_up_trial(2, TrialPhase::paused, {.2}),
      made_up_trial(3, TrialPhase::running, {.7}),  // promoted a moment ago
      made_up_trial(4, TrialPhase::running, {}),
      made_up_trial(5, TrialPhase::failed, {.99, .99, .99}),
  }));
  ASSERT_EQ(rungs.size(), 3U);
  EXPECT_EQ(rungs[0].epoch, 1);
  EXPECT_EQ(rungs[0].reached, 4);
  EXPECT_EQ(rungs[0].promoted, 3);
  EXPECT_EQ(rungs[1].epoch, 3);
  EXPECT_EQ(rungs[1].reached, 2);
  EXPECT_EQ(rungs[1].promoted, 1);
  EXPECT_EQ(rungs[2].reached, 1);
  EXPECT_EQ(rungs[2].promoted, 0);
}

TEST(RungTable, ValuesAreTheBestUpToTheRung) {
  const std::vector<RungRow> rungs = rung_table(under_asha({
      made_up_trial(0, TrialPhase::pruned, {.4, .6, .3}),
      made_up_trial(1, TrialPhase::pruned, {.5, .2, .1}),
      made_up_trial(2, TrialPhase::pruned, {.1}),
  }));
  EXPECT_EQ(rungs[0].best, .5);
  EXPECT_EQ(rungs[0].median, .4);
  EXPECT_EQ(rungs[1].best, .6);
  EXPECT_DOUBLE_EQ(rungs[1].median, .55);
}

TEST(RungTable, LessIsBetterForALoss) {
  SweepResults sweep = under_asha({made_up_trial(0, TrialPhase::pruned, {.4, .6, .3}), made_up_trial(1, TrialPhase::pruned, {.5})});
  sweep.spec.metric = Metric::loss;
  const std::vector<RungRow> rungs = rung_table(sweep);
  EXPECT_EQ(rungs[0].best, .4);
  EXPECT_EQ(rungs[1].best, .3);
}

TEST(RungTable, CorrelatesEachRungWithTheLastOverTheTrialsInBoth) {
  const std::vector<RungRow> rungs = rung_table(under_asha({
      made_up_trial(0, TrialPhase::complete, nine(.5, .7)),
      made_up_trial(1, TrialPhase::complete, nine(.4, .8)),
      made_up_trial(2, TrialPhase::complete, nine(.3, .9)),
      made_up_trial(3, TrialPhase::pruned, {.9}),
  }));
  EXPECT_EQ(rungs[0].pairs, 3);
  ASSERT_TRUE(rungs[0].correlation.has_value());
  EXPECT_DOUBLE_EQ(*rungs[0].correlation, -1);
  EXPECT_FALSE(rungs[2].correlation.has_value());
}

TEST(RungTable, OneTrialHasNoCorrelation) {
  const std::vector<RungRow> rungs = rung_table(under_asha({made_up_trial(0, TrialPhase::complete, nine(.5, .7))}));
  EXPECT_EQ(rungs[0].pairs, 1);
  EXPECT_FALSE(rungs[0].correlation.has_value());
}

TEST(RungTable, IsEmptyBeforeTheFirstTrial) { EXPECT_TRUE(rung_table(under_asha({})).empty()); }

}  // namespace
}  // namespace agsweep
