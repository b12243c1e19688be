// A sweep that has ended goes on: with more trials, seeds or retries, or with its failed trials once more.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>  // std::pair

#include "sweeps/journal/journal_record.hpp"
#include "sweeps/state/sweep_state.hpp"
#include "tests/sweeps/state/small_sweep.hpp"

namespace agsweep {
namespace {

using testing::ElementsAre;
using namespace testing_support;
using TrialRun = std::pair<std::int64_t, std::int64_t>;

TrialRun run_of(const SweepState& state, std::int64_t trial) { return {state.trial(trial).configuration, state.trial(trial).seed}; }

/// The journal of a sweep that has ended; each configuration's value grows with its number.
std::string ended_sweep(const SweepSpec& spec) {
  SweepState state = new_sweep(spec);
  while (const auto trial = state.next(0, state.time(), noon)) train(state, *trial, 0.1 * static_cast<double>(1 + *trial));
  EXPECT_TRUE(state.finished());
  state.close(noon);
  return text_of_lines(state.take_lines());
}

/// A sweep of two configurations under two seeds, in which both of configuration 0 failed.
std::string half_failed_sweep(const SweepSpec& spec) {
  SweepState state = new_sweep(spec);
  for (int i = 0; i < 4; ++i) begin_next(state);
  state.fail(1, "broken", true, noon);
  state.fail(0, "broken", true, noon);
  train(state, 2, 0.5);
  train(state, 3, 0.5);
  return text_of_lines(state.take_lines());
}

SweepSpec two_seeds() {
  SweepSpec spec = small_spec(2);
  spec.seeds = {7, 8};
  return spec;
}

TEST(SweepExtension, AddsTrialsThatPrunedOnesAreStillMeasuredBy) {
  SweepSpec spec = small_spec(4, SchedulerKind::asha);
  const std::string journal = ended_sweep(spec);
  spec.trials = 6;
  SweepState state = replayed_sweep(spec, journal);
  EXPECT_FALSE(state.finished());
  EXPECT_TRUE(state.trial(0).ended());
  EXPECT_EQ(begin_next(state), 4);
  EXPECT_EQ(state.trial(4).configuration, 4);
  EXPECT_EQ(state.report(4, 1, 0.05), Verdict::pause);
  EXPECT_EQ(begin_next(state), 5);
  EXPECT_EQ(state.report(5, 1, 0.9), Verdict::go_on);
}

TEST(SweepExtension, AddsSeedsToEachConfiguration) {
  SweepSpec spec = small_spec(2);
  const std::string journal = ended_sweep(spec);
  spec.seeds = {42, 43};
  SweepState state = replayed_sweep(spec, journal);
  EXPECT_EQ(run_of(state, begin_next(state)), TrialRun(0, 43));
  EXPECT_EQ(run_of(state, begin_next(state)), TrialRun(1, 43));
  EXPECT_EQ(state.trial(2).point, state.trial(0).point);
  EXPECT_EQ(state.trial(3).point, state.trial(1).point);
  EXPECT_EQ(state.next(0, 0, noon), std::nullopt);
}

TEST(SweepExtension, CountsTheRetriesThatATrialHadBefore) {
  SweepSpec spec = small_spec(1);
  spec.retries = 1;
  SweepState state = new_sweep(spec);
  begin_next(state);
  ASSERT_TRUE(state.fail(0, "broken", true, noon));
  spec.retries = 2;
  SweepState more = replayed_sweep(spec, text_of_lines(state.take_lines()));
  EXPECT_TRUE(more.fail(0, "broken", true, noon));
  EXPECT_FALSE(more.fail(0, "broken", true, noon));
}

TEST(SweepExtension, LeavesFailedTrialsAloneUnlessTheyAreToBeRetried) {
  const SweepSpec spec = two_seeds();
  SweepState state = replayed_sweep(spec, half_failed_sweep(spec));
  EXPECT_TRUE(state.finished());
  state.retry_failed();
  EXPECT_FALSE(state.finished());
  EXPECT_EQ(run_of(state, begin_next(state)), TrialRun(0, 7));
  EXPECT_EQ(run_of(state, begin_next(state)), TrialRun(0, 8));
  EXPECT_EQ(state.next(0, 0, noon), std::nullopt);
  train(state, 4, 0.6);
  train(state, 5, 0.7);
  EXPECT_TRUE(state.finished());
  EXPECT_THAT(state.ranking(), ElementsAre(5, 4, 2, 3));
}

TEST(SweepExtension, RetriesARunOnceThoughItFailedTwice) {
  const SweepSpec spec = two_seeds();
  SweepState state = replayed_sweep(spec, half_failed_sweep(spec));
  state.retry_failed();
  state.fail(begin_next(state), "broken again", true, noon);
  train(state, begin_next(state), 0.5);
  state.retry_failed();
  EXPECT_EQ(run_of(state, begin_next(state)), TrialRun(0, 7));
  EXPECT_EQ(state.next(0, 0, noon), std::nullopt);
}

/// A journal that ends after the first `lines` of those that begin the next trial.
std::string begun_and_cut(SweepState& state, std::size_t lines) {
  state.take_lines();
  begin_next(state);
  std::vector<std::string> begun = state.take_lines();
  EXPECT_EQ(begun.size(), 3U);  // trial, run, start
  begun.resize(lines);
  return text_of_lines(begun);
}

TEST(SweepExtension, FindsTheRunOfARetriedTrialWhoseAttributesWereLost) {
  const SweepSpec spec = two_seeds();
  const std::string journal = half_failed_sweep(spec);
  for (std::size_t lines = 1; lines < 3; ++lines) {
    SweepState state = replayed_sweep(spec, journal);
    state.retry_failed();
    const std::string first = journal + begun_and_cut(state, 3);
    const std::string second = first + begun_and_cut(state, lines);
    SweepState again = replayed_sweep(spec, second);
    EXPECT_EQ(run_of(again, 4), TrialRun(0, 7));
    EXPECT_EQ(run_of(again, 5), TrialRun(0, 8)) << lines;
    const std::string whole = second + text_of_lines(again.take_lines());
    EXPECT_EQ(run_of(replayed_sweep(spec, whole), 5), TrialRun(0, 8)) << lines;
  }
}

TEST(SweepExtension, FindsTheRunOfATrialWhoseAttributesWereLostThoughSeedsWereAdded) {
  SweepSpec spec = small_spec(3);
  for (std::size_t lines = 1; lines < 3; ++lines) {
    SweepState state = new_sweep(spec);
    begin_next(state);
    std::string journal = text_of_lines(state.take_lines());
    journal += begun_and_cut(state, lines);
    SweepSpec more = spec;
    more.seeds = {42, 43};
    SweepState again = replayed_sweep(more, journal);
    EXPECT_EQ(run_of(again, 1), TrialRun(1, 42)) << lines;
    EXPECT_EQ(run_of(again, begin_next(again)), TrialRun(0, 43)) << lines;
  }
}

TEST(SweepExtension, TakesATrialWithoutAttributesForTheNextEvenWhereItsPointIsRoundedOtherwise) {
  const SweepSpec spec = small_spec(1);
  SweepState state = new_sweep(spec);
  std::string journal = text_of_lines(state.take_lines());
  const Point point = {1.25e-3, 2};
  journal += trial_line(sweep_writer, spec.space, point, noon) + "\n";
  SweepState again = replayed_sweep(spec, journal);
  EXPECT_EQ(run_of(again, 0), TrialRun(0, 42));
  EXPECT_EQ(again.trial(0).point, point);
}

}  // namespace
}  // namespace agsweep
