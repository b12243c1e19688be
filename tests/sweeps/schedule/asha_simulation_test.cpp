#include "tests/sweeps/schedule/asha_simulation.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <set>

#include <gtest/gtest.h>

#include "base/philox.hpp"
#include "sweeps/schedule/asha.hpp"

namespace agsweep {
namespace {

using Kind = SimulatedEvent::Kind;

constexpr std::int64_t epochs = 81;
constexpr std::int64_t eta = 3;
constexpr std::int64_t workers = 1000;

// 10,000 trials whose speeds differ by a factor of ten. Each epoch fails once in a hundred times; one trial of twenty fails as soon as it
// leaves the first or the second rung, should it get there; one of ten is answered late.
std::vector<SimulatedTrial> random_trials(std::uint64_t seed) {
  std::vector<SimulatedTrial> trials(10'000);
  PhiloxStream random(seed, 0);
  for (SimulatedTrial& trial : trials) {
    trial.seconds = std::pow(10.0, random.next_unit());
    if (random.below(10) == 0) trial.delay = 20 * random.next_unit();
    if (random.below(20) == 0) {
      trial.fails_in = random.below(2) == 0 ? 2 : 4;
      trial.fails_after = 0;
    }
    const double limit = random.next_unit();
    for (std::int64_t epoch = 1; epoch <= epochs; ++epoch) {
      trial.scores.push_back(limit * (1 - std::exp(-0.1 * static_cast<double>(epoch))) + 0.05 * random.next_unit());
      if (trial.fails_in == 0 && random.below(100) == 0) {
        trial.fails_in = epoch;
        trial.fails_after = random.next_unit();
      }
    }
  }
  return trials;
}

class AshaSimulation : public testing::Test {
 protected:
  std::unique_ptr<Scheduler> fresh() const { return std::make_unique<AshaScheduler>(rungs_, eta); }
  bool is_rung(std::int64_t epoch) const { return std::find(rungs_.begin(), rungs_.end(), epoch) != rungs_.end(); }

  const std::vector<std::int64_t> rungs_ = asha_rungs(1, eta, epochs);
  const std::vector<SimulatedTrial> trials_ = random_trials(7);
  const std::unique_ptr<Scheduler> scheduler_ = fresh();
  const std::vector<SimulatedEvent> events_ = simulate_sweep(*scheduler_, trials_, workers);
};

TEST_F(AshaSimulation, PromotesOnlyFromCompletedRungsAndOnce) {
  std::set<std::pair<std::int64_t, std::int64_t>> paused;  // trial, epoch
  std::set<std::pair<std::int64_t, std::int64_t>> promoted;
  for (const SimulatedEvent& event : events_) {
    if (event.kind == Kind::report && event.verdict == Verdict::pause) {
      ASSERT_TRUE(is_rung(event.epoch));
      paused.emplace(event.trial, event.epoch);
    }
    if (event.kind == Kind::promote) {
      ASSERT_TRUE(paused.contains({event.trial, event.epoch}));
      ASSERT_TRUE(promoted.emplace(event.trial, event.epoch).second);
    }
  }
  EXPECT_GT(promoted.size(), 100U);
}

TEST_F(AshaSimulation, SpendsEachEpochOfEachTrialOnce) {
  std::map<std::int64_t, std::int64_t> last;  // epoch by trial
  std::set<std::int64_t> failed;
  std::int64_t reports = 0;
  for (const SimulatedEvent& event : events_) {
    if (event.kind == Kind::report) {
      ASSERT_EQ(event.epoch, ++last[event.trial]);
      ++reports;
    }
    if (event.kind == Kind::fail) failed.insert(event.trial);
  }
  std::int64_t spent = 0;
  for (std::int64_t trial = 0; trial < std::ssize(trials_); ++trial) {
    spent += last[trial];
    const std::int64_t fails_in = trials_[static_cast<std::size_t>(trial)].fails_in;
    if (failed.contains(trial)) {
      ASSERT_EQ(last[trial], fails_in - 1);
    } else {
      ASSERT_TRUE(is_rung(last[trial])) << "trial " << trial << " was left at epoch " << last[trial];
    }
  }
  EXPECT_EQ(spent, reports);
  EXPECT_GT(failed.size(), 100U);
}

TEST_F(AshaSimulation, KeepsEveryWorkerBusyWhileTrialsAreLeft) {
  std::int64_t busy = 0;
  std::int64_t begun = 0;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const SimulatedEvent& event = events_[i];
    if (event.kind == Kind::begin) ++begun;
    if (event.kind == Kind::begin || event.kind == Kind::promote) ++busy;
    if (event.kind == Kind::fail || event.verdict == Verdict::pause || event.complete) --busy;
    const bool moment_ends = i + 1 == events_.size() || events_[i + 1].time > event.time;
    if (moment_ends && begun < std::ssize(trials_)) {
      ASSERT_EQ(busy, workers) << "at " << event.time << " s";
    }
  }
  EXPECT_EQ(begun, std::ssize(trials_));
  EXPECT_EQ(busy, 0);
  EXPECT_EQ(scheduler_->promotable(), std::nullopt);
}

TEST_F(AshaSimulation, MeetsFailuresRightAfterPromotions) {
  std::int64_t at_once = 0;
  for (std::size_t i = 0; i + 1 < events_.size(); ++i) {
    const SimulatedEvent& promotion = events_[i];
    const SimulatedEvent& next = events_[i + 1];
    if (promotion.kind == Kind::promote && next.kind == Kind::fail && next.trial == promotion.trial && next.time == promotion.time)
      ++at_once;
  }
  EXPECT_GT(at_once, 0);
}

TEST_F(AshaSimulation, GivesTheSameVerdictsWhenItsEventsAreReplayed) {
  const std::unique_ptr<Scheduler> replayed = fresh();
  for (const SimulatedEvent& event : events_) {
    if (event.kind == Kind::begin) {
      ASSERT_EQ(replayed->promotable(), std::nullopt);
    }
    if (event.kind == Kind::report) {
      ASSERT_EQ(replayed->report(event.trial, event.epoch, event.score), event.verdict);
    }
    if (event.kind == Kind::promote) {
      ASSERT_EQ(replayed->promotable(), event.trial);
      replayed->promote(event.trial);
    }
    if (event.kind == Kind::fail) replayed->retire(event.trial, true);
  }
}

TEST_F(AshaSimulation, EndsWithACompleteTrialNearTheBest) {
  const auto best = best_complete(events_, trials_);
  ASSERT_TRUE(best);
  const auto last_score = [](const SimulatedTrial& trial) { return trial.scores.back(); };
  const double chosen = last_score(trials_[static_cast<std::size_t>(*best)]);
  EXPECT_LT(std::count_if(trials_.begin(), trials_.end(), [&](const SimulatedTrial& trial) { return last_score(trial) > chosen; }), 1000);
}

TEST(SweepSimulation, EndsWithOneCompleteTrialWhereRungsAreTooSmallToPromote) {
  const std::vector<SimulatedTrial> trials(2, {.scores = std::vector<double>(9, 0.5)});
  AshaScheduler scheduler({1, 3, 9}, 3);
  const std::vector<SimulatedEvent> events = simulate_sweep(scheduler, trials, 4);
  EXPECT_EQ(std::count_if(events.begin(), events.end(), [](const SimulatedEvent& event) { return event.complete; }), 1);
  EXPECT_EQ(best_complete(events, trials), 0);
}

}  // namespace
}  // namespace agsweep
