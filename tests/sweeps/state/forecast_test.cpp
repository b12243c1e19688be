#include "sweeps/state/forecast.hpp"

#include <gtest/gtest.h>

#include "tests/sweeps/state/small_sweep.hpp"

namespace agsweep {
namespace {

using namespace testing_support;

SweepSpec asha_spec(std::int64_t trials) {
  SweepSpec spec = small_spec(trials, SchedulerKind::asha);
  spec.scheduler = {.kind = SchedulerKind::asha, .eta = 3, .min_epochs = 1};
  return spec;
}

TEST(Forecast, WithoutASchedulerIsTheWholeSchedule) {
  const Forecast whole = forecast(small_spec(5), 4, {.trials = {}, .pending = 5, .at_once = 2});
  EXPECT_EQ(whole.epochs, 20);
  EXPECT_EQ(whole.least, whole.most);
  EXPECT_EQ(whole.time, 3 * 4 + 3 * 0.5) << "three trials after one another, each with its last evaluation";
}

TEST(Forecast, CountsEpochsUnderWayAndDone) {
  SweepState state = new_sweep(small_spec(2));
  begin_next(state);
  begin_next(state);
  state.report(0, 1, 0.5);
  const Forecast rest = forecast(state.spec(), 4, {.trials = state.trials(), .at_once = 2, .under_way = {0.5, 0}});
  EXPECT_EQ(rest.epochs, 3 + 4);
  EXPECT_EQ(rest.time, 4.5);
}

/// 24 + 8 + 2 epochs of rungs 1, 3 and 9 would be 24 + 8 * 2 + 2 * 6 = 52 at least; ASHA lets more go on, since it decides before all are
/// there.
TEST(Forecast, KnowsThatAshaLetsMoreGoOnThanAThird) {
  const Forecast whole = forecast(asha_spec(24), 9, {.trials = {}, .pending = 24, .at_once = 4});
  EXPECT_GE(whole.least, 52);
  EXPECT_GT(whole.epochs, 55);
  EXPECT_LT(whole.most, 24 * 9);
}

TEST(Forecast, OfAnAshaSweepGoesOnFromWhereItStands) {
  const SweepSpec spec = asha_spec(9);
  SweepState state = new_sweep(spec, 9);
  for (int i = 0; i < 9; ++i) {
    const std::int64_t trial = begin_next(state);
    if (trial == i) state.report(trial, 1, 1 - 0.1 * i);  // the best first: each is paused
  }
  // Three go on to epoch 3, of which one goes on to the end.
  const Forecast rest = forecast(spec, 9, {.trials = state.trials(), .pending = state.counts().pending, .at_once = 1});
  EXPECT_GE(rest.least, 3 * 2 + 6 - 2);
  EXPECT_LE(rest.most, 40);
  const Forecast same = forecast(spec, 9, {.trials = state.trials(), .pending = state.counts().pending, .at_once = 1});
  EXPECT_EQ(rest.epochs, same.epochs);
}

TEST(Forecast, EndsWithTheSweep) {
  SweepState state = new_sweep(small_spec(2));
  for (int i = 0; i < 2; ++i) train(state, begin_next(state), 0.5);
  const Forecast none = forecast(state.spec(), 4, {.trials = state.trials(), .pending = 0, .at_once = 2});
  EXPECT_EQ(none.epochs, 0);
  EXPECT_EQ(none.time, 0);
}

TEST(Forecast, StopsTrialsBelowTheMedian) {
  const Forecast whole = forecast(small_spec(30, SchedulerKind::median), 10, {.trials = {}, .pending = 30, .at_once = 1});
  EXPECT_LT(whole.most, 300);
  EXPECT_GT(whole.least, 5 * 10 + 25);
}

TEST(Forecast, OfVeryManyTrialsIsQuick) {
  const Forecast whole = forecast(small_spec(1'000'000), 2, {.trials = {}, .pending = 1'000'000, .at_once = 100});
  EXPECT_NEAR(whole.epochs, 2e6, 1);
}

}  // namespace
}  // namespace agsweep
