#include "sweeps/state/sweep_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sweeps/sample/sampler.hpp"  // make_sampler
#include "tests/sweeps/state/small_sweep.hpp"

namespace agsweep {
namespace {

using testing::ElementsAre;
using testing::Optional;
using namespace testing_support;

TEST(SweepState, BeginsTheGivenTrialsFirstConfigurationByConfigurationWithTheSeedsWithin) {
  SweepSpec spec = small_spec(3);
  spec.seeds = {7, 8};
  spec.first_trials = {{2e-3, 1}};
  SweepState state = new_sweep(spec);
  for (std::int64_t worker = 0; worker < 6; ++worker) EXPECT_THAT(state.next(worker, 0, noon), Optional(worker));
  EXPECT_EQ(state.next(6, 0, noon), std::nullopt);

  const auto sampler = make_sampler(spec);
  const std::vector<Point> points = {{2e-3, 1}, sampler->sample(0, {}), sampler->sample(1, {})};
  for (std::int64_t number = 0; number < 6; ++number) {
    const SweepTrial& trial = state.trial(number);
    EXPECT_EQ(trial.configuration, number / 2);
    EXPECT_EQ(trial.seed, spec.seeds[static_cast<std::size_t>(number % 2)]);
    EXPECT_EQ(trial.point, points[static_cast<std::size_t>(number / 2)]);
  }
}

TEST(SweepState, OfAPartBeginsThatPartsConfigurationsAlone) {
  SweepSpec spec = small_spec(7);
  spec.part = 1;
  spec.parts = 3;
  SweepState state = new_sweep(spec);
  EXPECT_EQ(state.planned(), 2);
  for (std::int64_t number = 0; number < 2; ++number) {
    EXPECT_EQ(begin_next(state), number);
    train(state, number, 0.5);
    EXPECT_EQ(state.trial(number).configuration, 1 + 3 * number);
    EXPECT_EQ(state.trial(number).point, make_sampler(spec)->sample(1 + 3 * number, {}));
  }
  EXPECT_EQ(state.next(0, 9, noon), std::nullopt);
  EXPECT_TRUE(state.finished());
}

TEST(SweepState, PausesATrialAtARungAndPromotesItBeforeANewOneBegins) {
  SweepState state = new_sweep(small_spec(3, SchedulerKind::asha));
  begin_next(state);
  EXPECT_EQ(state.report(0, 1, 0.6), Verdict::pause);
  EXPECT_EQ(begin_next(state), 1);
  EXPECT_EQ(state.report(1, 1, 0.5), Verdict::pause);
  EXPECT_EQ(state.trial(0).phase, TrialPhase::paused);

  EXPECT_EQ(begin_next(state), 0) << "one of two may go on";
  EXPECT_EQ(state.trial(0).phase, TrialPhase::running);
  EXPECT_EQ(begin_next(state), 2);
}

TEST(SweepState, GoesOnWithTheBestPausedTrialWhereNoneWouldBeComplete) {
  SweepState state = new_sweep(small_spec(1, SchedulerKind::asha));
  begin_next(state);
  EXPECT_EQ(state.report(0, 1, 0.5), Verdict::pause);
  EXPECT_FALSE(state.finished());
  EXPECT_EQ(begin_next(state), 0);
  EXPECT_EQ(state.report(0, 2, 0.5), Verdict::pause);
  EXPECT_EQ(begin_next(state), 0);
  train(state, 0, 0.5);
  EXPECT_EQ(state.trial(0).phase, TrialPhase::complete);
  EXPECT_TRUE(state.finished());
}

TEST(SweepState, NeedsNoOtherCompleteTrialThanOneThatPatienceEnded) {
  SweepState state = new_sweep(small_spec(2, SchedulerKind::asha));
  begin_next(state);
  begin_next(state);
  state.report(0, 1, 0.5);
  EXPECT_EQ(state.report(1, 1, 0.6), Verdict::go_on);
  state.end_early(1, noon);
  EXPECT_EQ(state.trial(0).phase, TrialPhase::paused);
  EXPECT_EQ(state.next(0, state.time(), noon), std::nullopt);
  EXPECT_TRUE(state.finished());
  EXPECT_THAT(state.ranking(), ElementsAre(1));
}

TEST(SweepState, StopsATrialBelowTheMedianOfFiveCompleteOnes) {
  SweepState state = new_sweep(small_spec(6, SchedulerKind::median));
  for (int i = 0; i < 5; ++i) train(state, begin_next(state), 0.5 + 0.1 * i);
  begin_next(state);
  EXPECT_EQ(state.report(5, 1, 0.6), Verdict::stop);
  EXPECT_EQ(state.trial(5).phase, TrialPhase::pruned);
  EXPECT_TRUE(state.finished());
  EXPECT_THAT(state.ranking(), ElementsAre(4, 3, 2, 1, 0));
}

TEST(SweepState, RetriesAFailureAsOftenAsTheSpecSaysAndOnlyWhereItMayHelp) {
  SweepSpec spec = small_spec(2);
  spec.retries = 2;
  SweepState state = new_sweep(spec);
  begin_next(state);
  begin_next(state);
  EXPECT_TRUE(state.fail(0, "the device is lost", true, noon));
  EXPECT_TRUE(state.fail(0, "the device is lost", true, noon));
  EXPECT_FALSE(state.fail(0, "the device is lost", true, noon));
  EXPECT_FALSE(state.fail(1, "the loss is not finite", false, noon));
  EXPECT_EQ(state.trial(0).retries, 2);
  EXPECT_EQ(state.trial(0).error, "the device is lost");
  EXPECT_EQ(state.trial(1).error, "the loss is not finite");
  EXPECT_TRUE(state.finished());
}

TEST(SweepState, NeverRanksAFailedTrial) {
  SweepState state = new_sweep(small_spec(2));
  begin_next(state);
  begin_next(state);
  state.report(0, 1, 0.99);
  state.fail(0, "the loss is not finite", false, noon);
  train(state, 1, 0.5);
  EXPECT_THAT(state.ranking(), ElementsAre(1));
}

TEST(SweepState, FailsATrialThatEndsBeforeItsFirstEpoch) {
  SweepState state = new_sweep(small_spec(1));
  begin_next(state);
  state.end_early(0, noon);
  EXPECT_EQ(state.trial(0).phase, TrialPhase::failed);
  EXPECT_TRUE(state.finished());
}

TEST(SweepState, PrefersTheSmallerLoss) {
  SweepSpec spec = small_spec(3, SchedulerKind::asha);
  spec.metric = Metric::loss;
  SweepState state = new_sweep(spec);
  EXPECT_FALSE(state.maximise());
  begin_next(state);
  begin_next(state);
  EXPECT_EQ(state.report(0, 1, 0.5), Verdict::pause);
  EXPECT_EQ(state.report(1, 1, 0.4), Verdict::go_on);
  state.report(1, 2, 0.3);
  EXPECT_EQ(state.trial(1).best_epoch, 2);
  EXPECT_EQ(state.trial(1).value(), 0.3);
}

TEST(SweepState, GivesTiesToTheEarlierEpochAndTheLowerTrial) {
  SweepState state = new_sweep(small_spec(3));
  for (int i = 0; i < 3; ++i) begin_next(state);
  train(state, 2, 0.7);
  train(state, 0, 0.7);
  train(state, 1, 0.8);
  EXPECT_EQ(state.trial(0).best_epoch, 1);
  EXPECT_THAT(state.ranking(), ElementsAre(1, 0, 2));
}

TEST(SweepState, ClosesWithPausedTrialsPrunedAtTheirValuesSoFar) {
  const SweepSpec spec = small_spec(2, SchedulerKind::asha);
  SweepState state = new_sweep(spec);
  begin_next(state);
  begin_next(state);
  state.report(0, 1, 0.4);
  train(state, 1, 0.5);
  train(state, begin_next(state), 0.5);  // of one record at the second rung none is among its best half
  ASSERT_TRUE(state.finished());
  state.close(noon);

  const Study study = replay(text_of_lines(state.take_lines()), "journal.log");
  EXPECT_EQ(study.trials[0].state, TrialState::pruned);
  EXPECT_THAT(study.trials[0].value, Optional(0.4));
  EXPECT_EQ(study.trials[1].state, TrialState::complete);
}

TEST(SweepState, TellsHowManyTrialsThereWillBe) {
  SweepSpec spec = small_spec(3);
  spec.seeds = {1, 2};
  SweepState state = new_sweep(spec);
  EXPECT_EQ(state.planned(), 6);
  begin_next(state);
  state.fail(0, "broken", false, noon);
  EXPECT_EQ(state.planned(), 6);
  state.retry_failed();
  EXPECT_EQ(state.planned(), 7);
  begin_next(state);
  EXPECT_EQ(state.planned(), 7);
}

TEST(SweepState, IsNotFinishedWhileATrialRuns) {
  SweepState state = new_sweep(small_spec(1));
  EXPECT_FALSE(state.finished());
  begin_next(state);
  EXPECT_FALSE(state.finished());
  train(state, 0, 0.5);
  EXPECT_TRUE(state.finished());
}

TEST(SweepState, WritesAStudyAttributeOnce) {
  const SweepSpec spec = small_spec(1);
  SweepState state = new_sweep(spec);
  state.set_attribute("agsweep:workers", 4);
  state.set_attribute("agsweep:workers", 4);
  const std::vector<std::string> lines = state.take_lines();
  ASSERT_EQ(lines.size(), 2U);

  SweepState again = replayed_sweep(spec, text_of_lines(lines));
  again.set_attribute("agsweep:workers", 4);
  EXPECT_THAT(again.take_lines(), ElementsAre());
  SweepState cut = replayed_sweep(spec, lines[0] + "\n");
  cut.set_attribute("agsweep:workers", 4);
  EXPECT_THAT(cut.take_lines(), ElementsAre(lines[1]));
}

}  // namespace
}  // namespace agsweep
