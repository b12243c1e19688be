#include "sweeps/state/dispatcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "tests/support/error_of.hpp"
#include "tests/sweeps/state/small_sweep.hpp"

namespace agsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;
using testing::Pair;
using namespace testing_support;

constexpr bool logical = true;

TEST(Dispatcher, DecidesAReportOnlyWhenNoEarlierOneCanCome) {
  SweepState state = new_sweep(small_spec(2));
  Dispatcher dispatcher(state, 2, logical);
  EXPECT_THAT(dispatcher.decide(noon), IsEmpty());
  EXPECT_THAT(dispatcher.take(), Optional(0));
  EXPECT_THAT(dispatcher.take(), Optional(1));
  EXPECT_EQ(dispatcher.take(), std::nullopt);

  dispatcher.reported(1, 1, 0.6);
  EXPECT_THAT(dispatcher.decide(noon), IsEmpty());
  EXPECT_EQ(state.trial(1).epochs(), 0);
  dispatcher.reported(0, 1, 0.5);
  EXPECT_THAT(dispatcher.decide(noon), ElementsAre(Pair(0, Answer::go_on), Pair(1, Answer::go_on)));
}

TEST(Dispatcher, DecidesAtOnceInTheOrderOfTheClock) {
  SweepState state = new_sweep(small_spec(2));
  Dispatcher dispatcher(state, 2, !logical);
  dispatcher.decide(noon);
  dispatcher.reported(1, 1, 0.6);
  EXPECT_THAT(dispatcher.decide(noon), ElementsAre(Pair(1, Answer::go_on)));
}

TEST(Dispatcher, SendsAWaitingGroupToATrialThatNobodyTrains) {
  SweepState state = new_sweep(small_spec(2));
  Dispatcher dispatcher(state, 2, logical);
  dispatcher.decide(noon, 1);
  EXPECT_THAT(dispatcher.take(), Optional(0));
  dispatcher.reported(0, 1, 0.5);
  EXPECT_THAT(dispatcher.decide(noon), ElementsAre(Pair(0, Answer::go_on))) << "worker 0 comes first";
  dispatcher.reported(0, 2, 0.5);
  EXPECT_THAT(dispatcher.decide(noon), ElementsAre(Pair(0, Answer::leave)));
  dispatcher.ended(0, false);
  EXPECT_THAT(dispatcher.take(), Optional(1));
  dispatcher.reported(1, 1, 0.6);
  EXPECT_THAT(dispatcher.decide(noon), ElementsAre(Pair(1, Answer::go_on)));
  EXPECT_THAT(dispatcher.take(), Optional(0)) << "its second epoch was decided, and it waits for a group";
}

/// Whose group is still writing its files: two groups in one trial's folder would spoil it.
TEST(Dispatcher, KeepsATrialFromOtherGroupsUntilItsOwnHasLeftIt) {
  SweepState state = new_sweep(small_spec(2, SchedulerKind::asha));
  Dispatcher dispatcher(state, 2, logical);
  dispatcher.decide(noon, 2);
  dispatcher.take();
  dispatcher.take();
  dispatcher.reported(0, 1, 0.6);
  EXPECT_THAT(dispatcher.decide(noon), ElementsAre(Pair(0, Answer::leave)));
  dispatcher.reported(1, 1, 0.5);
  EXPECT_THAT(dispatcher.decide(noon), ElementsAre(Pair(1, Answer::leave)));
  EXPECT_EQ(state.trial(0).phase, TrialPhase::running) << "promoted at once";
  EXPECT_TRUE(dispatcher.has_ready());
  EXPECT_EQ(dispatcher.take(), std::nullopt);
  dispatcher.ended(0, false);
  EXPECT_THAT(dispatcher.take(), Optional(0));
}

TEST(Dispatcher, SendsNoSecondGroupAwayWhileTheFirstIsStillLeaving) {
  SweepState state = new_sweep(small_spec(3));
  Dispatcher dispatcher(state, 3, logical);
  dispatcher.decide(noon, 2);
  dispatcher.take();
  dispatcher.take();
  for (const std::int64_t epoch : {1, 2}) {
    dispatcher.reported(0, epoch, 0.5);
    dispatcher.decide(noon);
    if (epoch == 1) dispatcher.reported(1, epoch, 0.5);
    dispatcher.decide(noon);
  }
  EXPECT_THAT(dispatcher.decide(noon), IsEmpty());
  EXPECT_THAT(dispatcher.take(), Optional(2));
}

TEST(Dispatcher, LeavesAWaitingGroupAtItsTrialWhereAnotherGroupIsFree) {
  SweepState state = new_sweep(small_spec(2));
  Dispatcher dispatcher(state, 2, logical);
  dispatcher.decide(noon, 2);
  EXPECT_THAT(dispatcher.take(), Optional(0));
  dispatcher.reported(0, 1, 0.5);
  dispatcher.decide(noon, 1);
  dispatcher.reported(0, 2, 0.5);
  EXPECT_THAT(dispatcher.decide(noon, 1), IsEmpty());
  EXPECT_THAT(dispatcher.take(), Optional(1));
}

TEST(Dispatcher, CountsAGroupWhoseTrialPausesAsFree) {
  SweepState state = new_sweep(small_spec(3, SchedulerKind::asha));
  Dispatcher dispatcher(state, 2, logical);
  dispatcher.decide(noon, 2);
  dispatcher.take();
  dispatcher.take();
  dispatcher.reported(1, 1, 0.6);
  dispatcher.decide(noon);
  dispatcher.reported(0, 1, 0.5);
  EXPECT_THAT(dispatcher.decide(noon), ElementsAre(Pair(0, Answer::leave), Pair(1, Answer::go_on)));
  EXPECT_THAT(dispatcher.take(), Optional(2));
}

TEST(Dispatcher, AnswersAKnownEpochFromTheJournalWithoutWaiting) {
  SweepState state = new_sweep(small_spec(2));
  Dispatcher dispatcher(state, 2, logical);
  dispatcher.decide(noon);
  dispatcher.take();
  dispatcher.take();
  dispatcher.reported(0, 1, 0.5);
  dispatcher.decide(noon);
  state.take_lines();
  dispatcher.reported(0, 1, 0.7);
  EXPECT_THAT(dispatcher.decide(noon), ElementsAre(Pair(0, Answer::go_on)));
  EXPECT_THAT(state.take_lines(), IsEmpty());
  EXPECT_THAT(state.trial(0).values, ElementsAre(0.5));
}

TEST(Dispatcher, GoesOnWithACompleteTrialForItsLastEvaluationAndBeginsTheNextMeanwhile) {
  SweepState state = new_sweep(small_spec(2), 1);
  Dispatcher dispatcher(state, 1, logical);
  dispatcher.decide(noon);
  dispatcher.take();
  dispatcher.reported(0, 1, 0.5);
  EXPECT_THAT(dispatcher.decide(noon), ElementsAre(Pair(0, Answer::go_on)));
  EXPECT_EQ(state.trial(0).phase, TrialPhase::complete);
  EXPECT_THAT(dispatcher.take(), Optional(1));
}

TEST(Dispatcher, OffersACompleteTrialOnceMoreForItsLastEvaluation) {
  const SweepSpec spec = small_spec(1);
  SweepState before = new_sweep(spec, 1);
  begin_next(before);
  train(before, 0, 0.5);
  SweepState state = replayed_sweep(spec, text_of_lines(before.take_lines()), 1);
  Dispatcher dispatcher(state, 1, logical);
  dispatcher.finalise(0);
  EXPECT_THAT(dispatcher.take(), Optional(0));
  dispatcher.reported(0, 1, 0.5);
  EXPECT_THAT(dispatcher.decide(noon), ElementsAre(Pair(0, Answer::go_on)));
  EXPECT_THAT(state.take_lines(), IsEmpty());
}

TEST(Dispatcher, ChangesNothingWhenACompleteTrialFailsInItsLastEvaluation) {
  SweepState state = new_sweep(small_spec(1), 1);
  Dispatcher dispatcher(state, 1, logical);
  dispatcher.decide(noon);
  dispatcher.take();
  dispatcher.reported(0, 1, 0.5);
  dispatcher.decide(noon);
  state.take_lines();
  dispatcher.failed(0, "the disk is full", true);
  EXPECT_THAT(dispatcher.decide(noon), IsEmpty());
  EXPECT_EQ(state.trial(0).phase, TrialPhase::complete);
  EXPECT_EQ(dispatcher.take(), std::nullopt);
  EXPECT_THAT(state.take_lines(), IsEmpty());
  EXPECT_THAT(dispatcher.unfinished(), ElementsAre(Pair(0, "the disk is full")));
}

TEST(Dispatcher, OffersACompleteTrialWhoseLastEvaluationFailedAsOftenAsTheSpecSays) {
  SweepSpec spec = small_spec(1);
  spec.retries = 2;
  SweepState state = new_sweep(spec, 1);
  Dispatcher dispatcher(state, 1, logical);
  dispatcher.decide(noon);
  dispatcher.take();
  dispatcher.reported(0, 1, 0.5);
  dispatcher.decide(noon);
  for (int i = 0; i < 2; ++i) {
    dispatcher.failed(0, "cannot write", true);
    EXPECT_THAT(dispatcher.take(), Optional(0));
  }
  dispatcher.failed(0, "cannot write", true);
  EXPECT_EQ(dispatcher.take(), std::nullopt);
  EXPECT_THAT(dispatcher.unfinished(), ElementsAre(Pair(0, "cannot write")));
}

TEST(Dispatcher, SendsAGroupAwayThatReportsForAPausedTrial) {
  SweepState state = new_sweep(small_spec(1, SchedulerKind::asha));
  begin_next(state);
  state.report(0, 1, 0.5);
  Dispatcher dispatcher(state, 1, !logical);
  dispatcher.reported(0, 1, 0.5);
  EXPECT_EQ(dispatcher.decide(noon).front(), (std::pair<std::int64_t, Answer>(0, Answer::leave)));
}

TEST(Dispatcher, OffersATrialThatIsRetriedToTheNextGroup) {
  SweepSpec spec = small_spec(1);
  spec.retries = 1;
  SweepState state = new_sweep(spec);
  Dispatcher dispatcher(state, 1, logical);
  dispatcher.decide(noon);
  dispatcher.take();
  dispatcher.failed(0, "the device is lost", true);
  EXPECT_THAT(dispatcher.decide(noon), IsEmpty());
  EXPECT_THAT(dispatcher.take(), Optional(0));
  dispatcher.failed(0, "the device is lost", true);
  dispatcher.decide(noon);
  EXPECT_EQ(dispatcher.take(), std::nullopt);
  EXPECT_TRUE(state.finished());
}

TEST(Dispatcher, RefusesASecondReportBeforeTheFirstWasAnswered) {
  SweepState state = new_sweep(small_spec(2));
  Dispatcher dispatcher(state, 2, logical);
  dispatcher.decide(noon);
  dispatcher.reported(1, 1, 0.5);
  EXPECT_THAT(error_of<RunTimeError>([&] { dispatcher.reported(1, 2, 0.5); }), HasSubstr("trial 1"));
}

TEST(Dispatcher, KeepsAReportWhoseGroupFailsBeforeItsAnswer) {
  SweepState state = new_sweep(small_spec(2));
  Dispatcher dispatcher(state, 2, logical);
  dispatcher.decide(noon);
  dispatcher.take();
  dispatcher.take();
  dispatcher.reported(1, 1, 0.5);
  dispatcher.decide(noon);
  dispatcher.failed(1, "cannot write", false);
  dispatcher.reported(0, 1, 0.5);
  EXPECT_THAT(dispatcher.decide(noon), ElementsAre(Pair(0, Answer::go_on))) << "nobody waits for an answer about trial 1";
  EXPECT_THAT(state.trial(1).values, ElementsAre(0.5));
  EXPECT_THAT(dispatcher.take(), Optional(1));
}

TEST(Dispatcher, FailsNoTrialOfAGroupThatWasToldToLeaveIt) {
  SweepState state = new_sweep(small_spec(2, SchedulerKind::asha));
  Dispatcher dispatcher(state, 2, logical);
  dispatcher.decide(noon, 2);
  dispatcher.take();
  dispatcher.take();
  dispatcher.reported(0, 1, 0.6);
  dispatcher.decide(noon);
  dispatcher.reported(1, 1, 0.5);
  dispatcher.decide(noon);
  ASSERT_EQ(state.trial(0).phase, TrialPhase::running) << "promoted at once";
  dispatcher.failed(0, "out of memory", false);
  dispatcher.decide(noon);
  EXPECT_EQ(state.trial(0).phase, TrialPhase::running);
  EXPECT_THAT(dispatcher.take(), Optional(0));
}

TEST(Dispatcher, RefusesAnEpochThatIsNotTheNext) {
  SweepState state = new_sweep(small_spec(1));
  Dispatcher dispatcher(state, 1, logical);
  dispatcher.decide(noon);
  dispatcher.reported(0, 2, 0.5);
  EXPECT_THAT(error_of<RunTimeError>([&] { dispatcher.decide(noon); }), HasSubstr("trial 0: reported epoch 2 after epoch 0"));
}

/// The journal of three trials that run at three workers.
std::string three_running(const SweepSpec& spec) {
  SweepState state = new_sweep(spec);
  Dispatcher(state, 3, logical).decide(noon);
  return text_of_lines(state.take_lines());
}

TEST(Dispatcher, NeedsAllItsWorkersAgainOnlyInLogicalOrder) {
  const SweepSpec spec = small_spec(3);
  SweepState state = replayed_sweep(spec, three_running(spec));
  EXPECT_THAT(error_of<DataError>([&] { Dispatcher(state, 2, logical); }), HasSubstr("trial 2: it runs at worker 2"));
  Dispatcher dispatcher(state, 2, !logical);
  dispatcher.decide(noon);
  for (std::int64_t trial = 0; trial < 3; ++trial) EXPECT_THAT(dispatcher.take(), Optional(trial));
}

TEST(Dispatcher, GoesOnInLogicalTimeAfterAReplay) {
  const SweepSpec spec = small_spec(3);
  SweepState before = new_sweep(spec, 2);
  Dispatcher first(before, 2, logical);
  first.decide(noon);
  for (const std::int64_t epoch : {1, 2}) {
    for (const std::int64_t trial : {0, 1}) first.reported(trial, epoch, 0.5);
    first.decide(noon);
  }
  ASSERT_EQ(before.trial(2).start, (LogicalStart{.worker = 0, .time = 2, .epoch = 0}));
  first.reported(2, 1, 0.5);
  first.decide(noon);

  SweepSpec more = spec;
  more.trials = 4;
  SweepState state = replayed_sweep(more, text_of_lines(before.take_lines()), 2);
  EXPECT_EQ(state.time(), 3);
  Dispatcher second(state, 2, logical);
  second.decide(noon);
  EXPECT_EQ(state.trial(3).start, (LogicalStart{.worker = 1, .time = 3, .epoch = 0}));
}

}  // namespace
}  // namespace agsweep
