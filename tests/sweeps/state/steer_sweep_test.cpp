// What people ask of a sweep: configurations beside the spec's, and the end of a trial.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "sweeps/journal/journal_trials.hpp"
#include "tests/support/error_of.hpp"
#include "tests/sweeps/state/small_sweep.hpp"

namespace agsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace testing_support;
using nlohmann::json;

/// A sweep with its journal, which other programs write to as well.
class SteeredState {
 public:
  explicit SteeredState(SweepSpec spec) : spec_(std::move(spec)), state_(new_sweep(spec_)) { commit(); }

  SweepState& operator*() { return state_; }
  SweepState* operator->() { return &state_; }

  void commit() {
    for (const std::string& text : state_.take_lines()) {
      const JournalLine line = parse_journal_line(text).value();
      if (adds_trial(line)) trials_.add(line);
      lines_.push_back(adds_trial(line) ? text : trials_.numbered(line).dump());
    }
    state_.set_waiting(trials_.waiting());
  }
  void add_foreign(const json& parameters) {
    const std::string line = waiting_line("optuna", parameters, "");
    trials_.take_in(parse_journal_line(line).value());
    lines_.push_back(line);
    state_.set_waiting(trials_.waiting());
  }
  std::int64_t begin() {
    const std::int64_t number = begin_next(state_);
    commit();
    return number;
  }
  const std::vector<std::string>& lines() const { return lines_; }
  Study study() const { return replay(text_of_lines(lines_), "journal.log"); }
  /// As a process finds it that reads the first `lines` of the journal.
  SteeredState replayed(std::size_t lines) const {
    SteeredState other(spec_);
    other.lines_ = lines_;
    other.lines_.resize(lines);
    const Study study = other.study();
    other.state_ = new_sweep(spec_);
    other.state_.replay(study, noon);
    other.trials_ = study.in_journal;
    other.commit();
    return other;
  }

 private:
  SweepSpec spec_;
  SweepState state_;
  JournalTrials trials_;
  std::vector<std::string> lines_;
};

const json fast = {{"lr", 9e-3}, {"layers", 3}};
const json slow = {{"lr", 1e-4}, {"layers", 1}};

TEST(AskedConfiguration, BeginsBeforeTheSamplersNextAndShiftsNone) {
  SteeredState plain(small_spec(3));
  SteeredState asked(small_spec(3));
  plain.begin();
  asked.begin();
  asked->enqueue(fast, "1.json");
  asked.commit();
  EXPECT_EQ(asked->planned(), 4);
  const std::int64_t number = asked.begin();
  EXPECT_EQ(asked->trial(number).configuration, -1);
  EXPECT_THAT(asked->trial(number).point, ElementsAre(9e-3, 2));
  EXPECT_EQ(asked->trial(asked.begin()).point, plain->trial(plain.begin()).point);
  EXPECT_EQ(asked->planned(), 4);
}

TEST(AskedConfiguration, KeepsASweepFromItsEndUntilItIsTried) {
  SteeredState sweep(small_spec(1));
  train(*sweep, sweep.begin(), 0.5);
  EXPECT_TRUE(sweep->finished());
  sweep.add_foreign(slow);
  EXPECT_FALSE(sweep->finished());
  train(*sweep, sweep.begin(), 0.25);
  sweep.commit();
  EXPECT_TRUE(sweep->finished());
  EXPECT_THAT(sweep->ranking(), ElementsAre(0, 1));
}

TEST(AskedConfiguration, IsOneHoweverOftenItsMailIsRead) {
  SteeredState sweep(small_spec(1));
  sweep->enqueue(fast, "1.json");
  sweep->enqueue(fast, "1.json");
  sweep.commit();
  SteeredState again = sweep.replayed(sweep.lines().size());
  again->enqueue(fast, "1.json");
  EXPECT_THAT(again->take_lines(), IsEmpty());
  EXPECT_EQ(again->planned(), 2);
  again->enqueue(fast, "2.json");
  again.commit();
  EXPECT_EQ(again->planned(), 3);
}

TEST(AskedConfiguration, OfAnotherProgramKeepsItsNumberInTheJournal) {
  SteeredState sweep(small_spec(2));
  sweep.add_foreign(slow);
  sweep.add_foreign(fast);
  const std::int64_t first = sweep.begin();
  sweep.begin();
  const std::int64_t own = sweep.begin();
  sweep->report(own, 1, 0.5);
  sweep->report(first, 1, 0.25);
  sweep.commit();
  const Study study = sweep.study();
  EXPECT_THAT(study.in_journal.waiting(), IsEmpty());
  EXPECT_EQ(study.in_journal.numbers().in_journal(0), 0);
  EXPECT_EQ(study.in_journal.numbers().in_journal(2), 2);
  EXPECT_EQ(study.trials.at(0).reports.at(0).value, 0.25);
  EXPECT_EQ(study.trials.at(2).reports.at(0).value, 0.5);
}

TEST(AskedConfiguration, IsTriedUnderEverySeed) {
  SweepSpec spec = small_spec(1);
  spec.seeds = {7, 8};
  SteeredState sweep(spec);
  sweep.add_foreign(fast);
  EXPECT_EQ(sweep->planned(), 4);
  const std::int64_t first = sweep.begin();
  const std::int64_t second = sweep.begin();
  EXPECT_EQ(sweep->trial(first).seed, 7);
  EXPECT_EQ(sweep->trial(second).seed, 8);
  EXPECT_EQ(sweep->trial(second).configuration, -1);
  EXPECT_EQ(sweep->trial(second).point, sweep->trial(first).point);
  EXPECT_EQ(sweep->trial(sweep.begin()).configuration, 0);
}

TEST(AskedConfiguration, ThatIsNoneFailsWithTheReasonAndTheNextBegins) {
  SteeredState sweep(small_spec(1));
  sweep.add_foreign({{"lr", "fast"}});
  sweep.add_foreign({{"lr", 1e-3}});
  EXPECT_EQ(sweep->trial(sweep.begin()).configuration, 0);
  EXPECT_THAT(sweep.lines().at(3), HasSubstr("agsweep:error"));
  EXPECT_THAT(sweep.study().in_journal.waiting(), IsEmpty());
}

TEST(AskedConfiguration, IsWholeWhereverACrashCutsTheJournal) {
  SteeredState sweep(small_spec(1));
  sweep.add_foreign(fast);
  sweep->enqueue(slow, "1.json");
  sweep.commit();
  const std::size_t before = sweep.lines().size();
  sweep.begin();
  sweep.begin();
  sweep.begin();
  for (std::size_t lines = before; lines <= sweep.lines().size(); ++lines) {
    SteeredState again = sweep.replayed(lines);
    for (std::int64_t trial = 0; trial < std::ssize(again->trials()); ++trial) train(*again, trial, 0.5);
    while (const auto trial = again->next(0, again->time(), noon)) train(*again, *trial, 0.5);
    again.commit();
    EXPECT_EQ(std::ssize(again->trials()), 3) << lines;
    EXPECT_TRUE(again->finished()) << lines;
    EXPECT_THAT(again->trial(0).point, ElementsAre(9e-3, 2)) << lines;
    EXPECT_THAT(again->trial(1).point, ElementsAre(1e-4, 0)) << lines;
    EXPECT_EQ(outcomes(*again.replayed(again.lines().size())), outcomes(*again)) << lines;
  }
}

TEST(StoppedTrial, EndsAsPrunedWithItsValueSoFarOrNone) {
  SteeredState sweep(small_spec(2));
  sweep.begin();
  sweep.begin();
  sweep->report(1, 1, 0.5);
  EXPECT_TRUE(sweep->stop(0, noon));
  EXPECT_TRUE(sweep->stop(1, noon));
  EXPECT_FALSE(sweep->stop(1, noon));
  sweep.commit();
  EXPECT_TRUE(sweep->finished());
  const Study study = sweep.study();
  EXPECT_EQ(study.trials[0].state, TrialState::pruned);
  EXPECT_EQ(study.trials[0].value, std::nullopt);
  EXPECT_EQ(study.trials[1].value, 0.5);
  EXPECT_THAT(error_of<DataError>([&] { sweep->stop(2, noon); }), HasSubstr("trial 2 has not begun"));
}

TEST(StoppedTrial, IsNeverPromotedButItsRecordsStillCount) {
  SteeredState sweep(small_spec(4, SchedulerKind::asha));
  for (int i = 0; i < 2; ++i) sweep.begin();
  sweep->report(0, 1, 0.9);  // paused: of one record none may go on
  ASSERT_EQ(sweep->trial(0).phase, TrialPhase::paused);
  sweep->stop(0, noon);
  sweep->report(1, 1, 0.1);
  sweep.commit();
  EXPECT_EQ(sweep.begin(), 2);
}

TEST(StoppedTrial, IsStoppedAfterACrashBetweenItsLinesToo) {
  SteeredState sweep(small_spec(1));
  sweep.begin();
  sweep->stop(0, noon);
  sweep.commit();
  SteeredState again = sweep.replayed(sweep.lines().size() - 1);
  EXPECT_EQ(again->trial(0).phase, TrialPhase::pruned);
  again->conclude(0, noon);
  again.commit();
  EXPECT_EQ(again.study().trials[0].state, TrialState::pruned);
}

}  // namespace
}  // namespace agsweep
