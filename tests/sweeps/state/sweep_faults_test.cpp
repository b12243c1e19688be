// Events that no sweep should see.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/error.hpp"
#include "sweeps/state/sweep_state.hpp"
#include "tests/support/error_of.hpp"
#include "tests/sweeps/state/small_sweep.hpp"

namespace agsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace testing_support;

/// Two trials; the first is paused after an epoch, the second runs.
SweepState one_paused() {
  SweepState state = new_sweep(small_spec(2, SchedulerKind::asha));
  begin_next(state);
  begin_next(state);
  state.report(0, 1, 0.5);
  state.report(1, 1, 0.6);
  state.take_lines();
  return state;
}

TEST(SweepFaults, AnEpochOutOfOrderIsAnErrorAndLeavesNoLine) {
  SweepState state = one_paused();
  EXPECT_THAT(error_of<RunTimeError>([&] { state.report(1, 3, 0.5); }), HasSubstr("trial 1: reported epoch 3 after epoch 1"));
  EXPECT_THROW(state.report(1, 0, 0.5), RunTimeError);
  EXPECT_THAT(state.take_lines(), IsEmpty());
}

TEST(SweepFaults, AKnownEpochIsAnsweredByWhatTheTrialIsNow) {
  SweepState state = one_paused();
  EXPECT_EQ(state.report(0, 1, 0.9), Verdict::pause);
  EXPECT_EQ(state.report(1, 1, 0.9), Verdict::go_on);
  EXPECT_THAT(state.trial(0).values, ElementsAre(0.5));
  state.fail(1, "broken", false, noon);
  state.take_lines();
  EXPECT_EQ(state.report(1, 1, 0.9), Verdict::stop);
  EXPECT_THAT(state.take_lines(), IsEmpty());
}

TEST(SweepFaults, ATrialThatDoesNotRunTellsNothingNew) {
  SweepState state = one_paused();
  EXPECT_THAT(error_of<RunTimeError>([&] { state.report(0, 2, 0.5); }), HasSubstr("trial 0: reported another epoch, but it is paused"));
  EXPECT_THAT(error_of<RunTimeError>([&] { state.end_early(0, noon); }), HasSubstr("trial 0: ended early, but it is paused"));
  EXPECT_THAT(error_of<RunTimeError>([&] { state.fail(0, "broken", true, noon); }), HasSubstr("trial 0: failed, but it is paused"));
  state.end_early(1, noon);
  state.take_lines();
  EXPECT_THAT(error_of<RunTimeError>([&] { state.report(1, 2, 0.5); }), HasSubstr("trial 1: reported another epoch, but it is complete"));
  EXPECT_THROW(state.end_early(1, noon), RunTimeError);
  EXPECT_THROW(state.fail(1, "broken", false, noon), RunTimeError);
  EXPECT_EQ(state.trial(1).phase, TrialPhase::complete);
  EXPECT_THAT(state.take_lines(), IsEmpty());
}

TEST(SweepFaults, AValueThatIsNotFiniteChangesNothing) {
  SweepState state = one_paused();
  EXPECT_THROW(state.report(1, 2, std::numeric_limits<double>::quiet_NaN()), RunTimeError);
  EXPECT_EQ(state.trial(1).epochs(), 1);
  EXPECT_THAT(state.take_lines(), IsEmpty());
}

}  // namespace
}  // namespace agsweep
