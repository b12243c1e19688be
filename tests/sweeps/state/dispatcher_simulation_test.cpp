// Whole sweeps on a virtual clock: groups of random speeds, failures, crashes.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <tuple>

#include "tests/sweeps/state/small_sweep.hpp"
#include "tests/sweeps/state/sweep_simulation.hpp"

namespace agsweep {
namespace {

using namespace testing_support;

class SimulatedSweeps : public testing::TestWithParam<std::tuple<SchedulerKind, SamplerKind>> {
 protected:
  static SimulatedSweep sweep(std::uint64_t model, bool deterministic = true) {
    const auto [scheduler, sampler] = GetParam();
    SimulatedSweep sweep{.spec = small_spec(16, scheduler, sampler),
                         .epochs = 5,
                         .deterministic = deterministic,
                         .failures = 0.04,
                         .early_ends = 0.2,
                         .model = model};
    sweep.spec.retries = 1;
    sweep.spec.first_trials = {{5e-3, 0}};
    return sweep;
  }

  static SweepState end_of(const SimulatedSweep& sweep, const SimulatedDisk& disk) {
    return replayed_sweep(sweep.spec, disk.journal, sweep.epochs);
  }
};

/// None doubled, and one complete at least; what else has to hold simulate() itself checks.
void expect_whole(const SimulatedSweep& sweep, const SweepState& end) {
  EXPECT_EQ(std::ssize(end.trials()), sweep.spec.trials * std::ssize(sweep.spec.seeds));
  EXPECT_FALSE(end.ranking().empty());
}

TEST_P(SimulatedSweeps, DecideTheSameForAnySpeedsAndNumberOfGroups) {
  const SimulatedSweep simulated = sweep(1);
  const SimulatedDisk usual = simulate(simulated, {.groups = simulated.workers});
  expect_whole(simulated, end_of(simulated, usual));
  for (std::int64_t groups = 1; groups <= simulated.workers + 2; ++groups) {
    const SimulatedDisk other = simulate(simulated, {.groups = groups, .speeds = 100 + static_cast<std::uint64_t>(groups)});
    EXPECT_EQ(decisions(other.journal), decisions(usual.journal)) << groups << " groups";
  }
}

/// Otherwise the tests below would show less than they say.
TEST_P(SimulatedSweeps, MeetFailuresRetriesEarlyEndsAndTheirScheduler) {
  std::map<TrialPhase, int> ends;
  std::int64_t retries = 0;
  std::int64_t early = 0;
  for (std::uint64_t model = 1; model <= 3; ++model) {
    const SimulatedSweep simulated = sweep(model);
    const SweepState end = end_of(simulated, simulate(simulated, {}));
    for (const SweepTrial& trial : end.trials()) {
      ++ends[trial.phase];
      retries += trial.retries;
      early += trial.phase == TrialPhase::complete && trial.epochs() < simulated.epochs ? 1 : 0;
    }
  }
  EXPECT_GT(ends[TrialPhase::failed], 0);
  EXPECT_GT(ends[TrialPhase::complete], 0);
  EXPECT_EQ(ends[TrialPhase::pruned] > 0, std::get<0>(GetParam()) != SchedulerKind::none);
  EXPECT_GT(retries, 0);
  EXPECT_GT(early, 0);
}

TEST_P(SimulatedSweeps, EndInTheSameJournalHoweverOftenTheyCrash) {
  std::int64_t crashes = 0;
  for (std::uint64_t model = 1; model <= 3; ++model) {
    const SimulatedSweep simulated = sweep(model);
    const SimulatedDisk whole = simulate(simulated, {.groups = simulated.workers});
    for (std::uint64_t speeds = 1; speeds <= 2; ++speeds) {
      const SimulatedDisk crashed =
          simulate(simulated, {.groups = static_cast<std::int64_t>(2 * speeds), .speeds = speeds, .kills = 0.01, .most_faults = 20});
      EXPECT_EQ(outcomes(end_of(simulated, crashed)), outcomes(end_of(simulated, whole)));
      EXPECT_EQ(decisions(crashed.journal), decisions(whole.journal))
          << "model " << model << ", speeds " << speeds << ", crashes " << crashed.crashes;
      expect_whole(simulated, end_of(simulated, crashed));
      crashes += crashed.crashes;
    }
  }
  EXPECT_GT(crashes, 15);
}

TEST_P(SimulatedSweeps, LoseAndDoubleNothingInTheOrderOfTheClock) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const SimulatedSweep simulated = sweep(seed, false);
    const SimulatedDisk smooth = simulate(simulated, {.groups = simulated.workers, .speeds = seed});
    expect_whole(simulated, end_of(simulated, smooth));
    const SimulatedDisk crashed = simulate(simulated, {.groups = simulated.workers, .speeds = seed, .kills = 0.01, .most_faults = 20});
    expect_whole(simulated, end_of(simulated, crashed));
  }
}

INSTANTIATE_TEST_SUITE_P(Each, SimulatedSweeps,
                         testing::Combine(testing::ValuesIn(enum_members<SchedulerKind>()),
                                          testing::Values(SamplerKind::random, SamplerKind::sobol, SamplerKind::tpe)),
                         [](const auto& test) {
                           return std::string(to_word(std::get<0>(test.param))) + "_" + std::string(to_word(std::get<1>(test.param)));
                         });

TEST(SimulatedSweep, CountsSeedsAndGoesOnAfterCrashes) {
  SimulatedSweep simulated{.spec = small_spec(5), .failures = 0.05, .early_ends = 0.3};
  simulated.spec.seeds = {1, 2, 3};
  const SimulatedDisk whole = simulate(simulated, {});
  const SimulatedDisk crashed = simulate(simulated, {.groups = 2, .speeds = 5, .kills = 0.01, .most_faults = 20});
  EXPECT_EQ(decisions(crashed.journal), decisions(whole.journal));
  expect_whole(simulated, replayed_sweep(simulated.spec, whole.journal));
}

TEST(SimulatedSweep, SendsGroupsAwayOnlyFromTrialsThatPauseWhereThereAreEnoughGroups) {
  const SimulatedSweep none{.spec = small_spec(4)};
  EXPECT_EQ(simulate(none, {.groups = 4}).leaves, 0);
}

TEST(SimulatedSweep, TrainsNothingTwiceWithoutCrashes) {
  const SimulatedSweep asha{.spec = small_spec(30, SchedulerKind::asha), .epochs = 8};
  for (std::int64_t groups = 1; groups <= 4; ++groups) {
    const SimulatedDisk disk = simulate(asha, {.groups = groups});
    std::int64_t epochs = 0;
    const SweepState end = replayed_sweep(asha.spec, disk.journal, asha.epochs);
    for (const SweepTrial& trial : end.trials()) epochs += trial.epochs();
    EXPECT_EQ(disk.trained, epochs) << groups << " groups";
  }
}

}  // namespace
}  // namespace agsweep
