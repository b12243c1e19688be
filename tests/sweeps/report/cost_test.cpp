#include "sweeps/report/cost.hpp"

#include <gtest/gtest.h>

#include "tests/sweeps/aggregate/made_up_sweep.hpp"

namespace agsweep {
namespace {

using testing_support::made_up_sweep;
using testing_support::made_up_trial;

ReportedSweep two_complete_one_paused() {
  SweepResults sweep = made_up_sweep({made_up_trial(1, TrialPhase::complete, {.1, .2}), made_up_trial(2, TrialPhase::complete, {.3, .4}),
                                      made_up_trial(3, TrialPhase::paused, {.2})});
  sweep.trials[0].seconds = 3600;
  sweep.trials[0].result = {{"ranks", 4}, {"device_name", "gpu"}};
  sweep.trials[1].seconds = 1800;
  sweep.trials[1].result = {{"ranks", 2}, {"device_name", "gpu"}};
  return reported_sweep(std::move(sweep), "sweep1");
}

TEST(CostTable, IsTimeByRanksByState) {
  const CostTable costs = cost_table(two_complete_one_paused());
  ASSERT_EQ(costs.rows.size(), 2U);
  EXPECT_EQ(costs.rows[0].phase, TrialPhase::complete);
  EXPECT_EQ(costs.rows[0].cost.epochs, 4);
  EXPECT_DOUBLE_EQ(device_hours(costs.rows[0].cost), 5);
  EXPECT_EQ(costs.total.trials, 3);
  EXPECT_EQ(costs.devices, std::vector<std::string>{"gpu"});
  EXPECT_EQ(costs.untimed, 1);
}

TEST(CostTable, CountsEachSessionsRanksForAsLongAsItWas) {
  ReportedSweep sweep = two_complete_one_paused();
  TrialResults& trial = sweep.results.trials[0];  // an hour
  trial.result["ended"] = "2026-01-31T14:15:00Z";
  trial.result["sessions"] = {
      {{"group", 0}, {"ranks", 1}, {"started", "2026-01-31T12:00:00Z"}, {"ended", "2026-01-31T12:45:00Z"}},
      {{"group", 0}, {"ranks", 5}, {"started", "2026-01-31T14:00:00Z"}},
  };
  EXPECT_DOUBLE_EQ(device_hours(cost_table(sweep).rows[0].cost), 0.75 * 1 + 0.25 * 5 + 1);
}

TEST(CostTable, TakesTheTimeOfATrialWithoutAResultFromItsEpochs) {
  ReportedSweep sweep = two_complete_one_paused();
  sweep.epochs[2] = {.train = {}, .val = {{}}, .seconds = 900};
  const CostTable costs = cost_table(sweep);
  EXPECT_DOUBLE_EQ(device_hours(costs.rows[1].cost), 1);  // on 4 ranks, as the first trial
  EXPECT_EQ(costs.untimed, 0);
}

}  // namespace
}  // namespace agsweep
