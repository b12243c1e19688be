#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "sweeps/journal/journal_record.hpp"
#include "sweeps/state/sweep_state.hpp"
#include "tests/support/error_of.hpp"
#include "tests/sweeps/state/small_sweep.hpp"
#include "tests/sweeps/state/sweep_simulation.hpp"

namespace agsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace testing_support;

/// A finished sweep goes on from each of its lines, and from the middle of each, as it went on then: to the same journal.
void expect_same_end_after_every_cut(const SimulatedSweep& sweep) {
  const SimulatedDisk whole = simulate(sweep, {});
  std::size_t line = 0;
  for (std::size_t i = 1; line < whole.journal.size(); ++i) {
    const std::size_t next = whole.journal.find('\n', line) + 1;
    for (const std::size_t cut : {line, (line + next) / 2}) {
      // Without checkpoints: epochs that the journal has are trained and reported again.
      const SimulatedDisk again = simulate(sweep, {.groups = 2, .speeds = i}, {.journal = whole.journal.substr(0, cut)});
      ASSERT_EQ(decisions(again.journal), decisions(whole.journal))
          << "cut in line " << i << ": " << whole.journal.substr(line, next - line);
    }
    line = next;
  }
}

TEST(ReplaySweep, GoesOnFromEveryCutWithSeedsAndRetries) {
  SimulatedSweep sweep{.spec = small_spec(4), .epochs = 3, .failures = 0.1, .early_ends = 0.4};
  sweep.spec.seeds = {1, 2};
  sweep.spec.retries = 1;
  expect_same_end_after_every_cut(sweep);
}

TEST(ReplaySweep, GoesOnFromEveryCutOfAMedianSweep) {
  expect_same_end_after_every_cut(
      {.spec = small_spec(8, SchedulerKind::median, SamplerKind::sobol), .epochs = 3, .workers = 2, .model = 3});
}

TEST(ReplaySweep, GoesOnFromEveryCutOfAnAshaSweep) {
  expect_same_end_after_every_cut(
      {.spec = small_spec(8, SchedulerKind::asha), .workers = 3, .failures = 0.05, .early_ends = 0.3, .model = 2});
}

TEST(ReplaySweep, GoesOnFromEveryCutOfASweepThatLearns) {
  expect_same_end_after_every_cut({.spec = small_spec(13, SchedulerKind::asha, SamplerKind::tpe), .epochs = 2, .workers = 3});
}

/// The lines of a sweep, and what a new process adds where the last ones are missing.
std::vector<std::string> added_without_the_last(const SweepSpec& spec, std::vector<std::string> lines, std::size_t missing) {
  lines.resize(lines.size() - missing);
  return replayed_sweep(spec, text_of_lines(lines)).take_lines();
}

TEST(ReplaySweep, WritesWhatFollowsFromTheLastLineOfAGroup) {
  SweepSpec spec = small_spec(2, SchedulerKind::asha);
  SweepState state = new_sweep(spec);
  std::vector<std::string> lines = state.take_lines();
  const auto expect_last = [&](std::size_t count) {
    const std::vector<std::string> group = state.take_lines();
    lines.insert(lines.end(), group.begin(), group.end());
    const std::vector<std::string> last(lines.end() - static_cast<std::ptrdiff_t>(count), lines.end());
    EXPECT_EQ(added_without_the_last(spec, lines, count), last);
  };
  begin_next(state);
  expect_last(2);  // run, place in logical time
  state.report(0, 1, 0.5);
  expect_last(1);  // paused
  begin_next(state);
  train(state, 1, 0.6);
  begin_next(state);
  train(state, 1, 0.6);
  // Complete: the last line is for who knows how long the trial took.
  const std::vector<std::string> group = state.take_lines();
  lines.insert(lines.end(), group.begin(), group.end() - 1);
  SweepState again = replayed_sweep(spec, text_of_lines(lines));
  EXPECT_THAT(again.take_lines(), ElementsAre());
  again.conclude(1, noon);
  EXPECT_THAT(again.take_lines(), ElementsAre(finish_line(sweep_writer, 1, TrialState::complete, 0.6, noon)));
}

TEST(ReplaySweep, GivesATrialTheSecondsThatItTookWhateverTimeItWaited) {
  const SweepSpec spec = small_spec(1);
  SweepState state = new_sweep(spec, 1);
  begin_next(state);
  state.report(0, 1, 0.5);
  SweepState again = replayed_sweep(spec, text_of_lines(state.take_lines()), 1);
  again.took(0, 90.25);
  again.conclude(0, "2026-02-07T12:00:00Z");
  again.conclude(0, "2026-02-08T12:00:00Z");
  EXPECT_THAT(again.take_lines(), ElementsAre(finish_line(sweep_writer, 0, TrialState::complete, 0.5, "2026-01-31T12:01:30.250000Z")));
}

TEST(ReplaySweep, EndsATrialThatHasAnErrorAndNoEnd) {
  const SweepSpec spec = small_spec(1);
  SweepState state = new_sweep(spec);
  begin_next(state);
  state.fail(0, "the loss is not finite", false, noon);
  const std::vector<std::string> lines = state.take_lines();
  EXPECT_THAT(added_without_the_last(spec, lines, 1), ElementsAre(lines.back()));
}

TEST(ReplaySweep, AddsNothingToAWholeJournal) {
  const SimulatedSweep sweep{.spec = small_spec(9, SchedulerKind::asha), .failures = 0.1, .early_ends = 0.3};
  EXPECT_THAT(replayed_sweep(sweep.spec, simulate(sweep, {}).journal).take_lines(), ElementsAre());
}

TEST(ReplaySweep, BeginsAStudyOnlyWhereThereIsNone) {
  const SweepSpec spec = small_spec(1);
  const std::string study = study_line(sweep_writer, "small", true);
  EXPECT_THAT(replayed_sweep(spec, "").take_lines(), ElementsAre(study));
  EXPECT_THAT(replayed_sweep(spec, study.substr(0, 20)).take_lines(), ElementsAre(study));
  EXPECT_THAT(replayed_sweep(spec, study + "\n").take_lines(), ElementsAre());
}

TEST(ReplaySweep, IgnoresLinesOfOtherPrograms) {
  const SweepSpec spec = small_spec(1);
  SweepState state = new_sweep(spec);
  begin_next(state);
  std::vector<std::string> lines = state.take_lines();
  lines.push_back(trial_attribute_line("dashboard", 0, paused_attribute, true));
  lines.push_back(report_line("dashboard", 0, 3, 0.9));
  EXPECT_EQ(outcomes(replayed_sweep(spec, text_of_lines(lines))), outcomes(state));
}

/// The error for a journal in which two trials run and have reported an epoch (0.5, 0.6), and then these lines follow.
std::string error_after(const std::vector<std::string>& more, const SweepSpec& spec = small_spec(2, SchedulerKind::asha)) {
  SweepState state = new_sweep(small_spec(2, SchedulerKind::asha));
  begin_next(state);
  begin_next(state);
  state.report(0, 1, 0.5);
  state.report(1, 1, 0.6);
  const std::string journal = text_of_lines(state.take_lines()) + text_of_lines(more);
  return error_of<DataError>([&] { replayed_sweep(spec, journal); });
}

TEST(ReplaySweep, NamesTheTrialWhoseLinesAreNotOfSuchASweep) {
  EXPECT_THAT(error_after({report_line(sweep_writer, 1, 3, 0.5)}), HasSubstr("journal.log: trial 1: reported epoch 3 after epoch 1"));
  EXPECT_THAT(error_after({report_line(sweep_writer, 0, 2, 0.5)}), HasSubstr("journal.log: trial 0: reported epoch 2, but does not run"));
  EXPECT_THAT(error_after({trial_attribute_line(sweep_writer, 1, paused_attribute, true)}),
              HasSubstr("journal.log: trial 1: agsweep:paused"));
  EXPECT_THAT(error_after({finish_line(sweep_writer, 1, TrialState::pruned, 0.6, noon)}), HasSubstr("trial 1: ended in state 2"));
  EXPECT_THAT(error_after({finish_line(sweep_writer, 0, TrialState::complete, 0.5, noon)}), HasSubstr("trial 0: ended in state 1"));
  EXPECT_THAT(error_after({finish_line(sweep_writer, 1, TrialState::failed, {}, noon)}), HasSubstr("trial 1: ended in state 3"));
  EXPECT_THAT(error_after({trial_attribute_line(sweep_writer, 1, start_attribute, {{"worker", 1}, {"time", 1}, {"epoch", 2}})}),
              HasSubstr("trial 1: agsweep:start"));
  EXPECT_THAT(error_after({trial_attribute_line(sweep_writer, 1, start_attribute, {{"worker", 1}, {"epoch", 1}})}),
              HasSubstr("time is missing"));
  EXPECT_THAT(error_after({trial_attribute_line(sweep_writer, 1, retries_attribute, "two")}), HasSubstr("agsweep:retries: \"two\""));
  EXPECT_THAT(error_after({trial_attribute_line(sweep_writer, 1, run_attribute, {{"configuration", 2}, {"seed", 42}})}),
              HasSubstr("configuration 2 is not in [-1, 2)"));
  EXPECT_THAT(error_after({trial_attribute_line(sweep_writer, 1, run_attribute, {{"configuration", 1}, {"seed", 7}})}),
              HasSubstr("seed 7 is none of the spec's"));
  EXPECT_THAT(error_after({trial_attribute_line(sweep_writer, 1, run_attribute, 1)}), HasSubstr("agsweep:run: 1 is no object"));
  EXPECT_THAT(error_after({trial_line(sweep_writer, small_spec(1).space, {1e-3, 0}, noon)}), HasSubstr("trial 2: there are more trials"));
}

TEST(ReplaySweep, RefusesAJournalOfAnotherMetricOrSpace) {
  SweepSpec loss = small_spec(2, SchedulerKind::asha);
  loss.metric = Metric::loss;
  EXPECT_THAT(error_after({}, loss), HasSubstr("its study is maximised, but the spec's metric val.loss is not"));
  SweepSpec other = small_spec(2, SchedulerKind::asha);
  other.space[1].key = "heads";
  EXPECT_THAT(error_after({}, other), HasSubstr("another [space] than the spec"));
  other = small_spec(2, SchedulerKind::asha);
  other.space[1].values = {std::int64_t{4}, std::int64_t{5}, std::int64_t{6}};
  EXPECT_THAT(error_after({}, other), HasSubstr("another [space] than the spec")) << "its numbers stand for other values";
}

}  // namespace
}  // namespace agsweep
