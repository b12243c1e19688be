#include "sweeps/schedule/asha.hpp"

#include <initializer_list>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace agsweep {
namespace {

using testing::ElementsAre;

TEST(AshaRungs, MultiplyByEtaAndEndAtTheLastEpoch) {
  EXPECT_THAT(asha_rungs(1, 3, 9), ElementsAre(1, 3, 9));
  EXPECT_THAT(asha_rungs(2, 4, 32), ElementsAre(2, 8, 32));
}

TEST(AshaRungs, ClampTheLastRungToTheScheduleLength) {
  EXPECT_THAT(asha_rungs(1, 3, 10), ElementsAre(1, 3, 9, 10));
  EXPECT_THAT(asha_rungs(1, 3, 8), ElementsAre(1, 3, 8));
}

TEST(AshaRungs, CountSixRungsFor243EpochsWhereDoublesSayFive) { EXPECT_THAT(asha_rungs(1, 3, 243), ElementsAre(1, 3, 9, 27, 81, 243)); }

TEST(AshaRungs, AreOneRungWhereTheFirstIsTheLastEpoch) { EXPECT_THAT(asha_rungs(5, 2, 5), ElementsAre(5)); }

TEST(AshaRungs, DoNotOverflow) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  EXPECT_THAT(asha_rungs(most - 1, 2, most), ElementsAre(most - 1, most));
  EXPECT_THAT(asha_rungs(1, most, most), ElementsAre(1, most));
  EXPECT_EQ(asha_rungs(1, 2, most).size(), 64U);  // 2^0 to 2^62, then 2^63 - 1
}

TEST(AshaRungs, NameTheBadNumberAndWhatIsAllowed) {
  const auto message = [](auto... arguments) -> std::string {
    try {
      asha_rungs(arguments...);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(message(1, 1, 9), "scheduler.eta: 1 is out of range: 2 or more");
  EXPECT_EQ(message(0, 3, 9), "scheduler.min_epochs: 0 is out of range [1, epochs = 9]");
  EXPECT_EQ(message(10, 3, 9), "scheduler.min_epochs: 10 is out of range [1, epochs = 9]");
}

// Rungs at 1, 3 and 9; one of three goes on.
AshaScheduler asha() { return AshaScheduler({1, 3, 9}, 3); }

Verdict report(Scheduler& scheduler, std::int64_t trial, std::initializer_list<std::int64_t> epochs, double score) {
  Verdict verdict = Verdict::go_on;
  for (const std::int64_t epoch : epochs) verdict = scheduler.report(trial, epoch, score);
  return verdict;
}

// Trials 0, 1 .. leave these scores in the first rung.
void first_rung(Scheduler& scheduler, std::initializer_list<double> scores) {
  std::int64_t trial = 0;
  for (const double score : scores) scheduler.report(trial++, 1, score);
}

TEST(Asha, PausesTrialsAtARungUntilItHoldsEta) {
  AshaScheduler scheduler = asha();
  EXPECT_EQ(scheduler.report(0, 1, 0.9), Verdict::pause);
  EXPECT_EQ(scheduler.report(1, 1, 0.8), Verdict::pause);
  EXPECT_EQ(scheduler.promotable(), std::nullopt);
  EXPECT_EQ(scheduler.report(2, 1, 0.7), Verdict::pause);
  EXPECT_EQ(scheduler.promotable(), 0);
}

TEST(Asha, LetsATrialGoOnAtOnceWhereItIsAmongTheBest) {
  AshaScheduler scheduler = asha();
  first_rung(scheduler, {0.1, 0.2});
  EXPECT_EQ(scheduler.report(2, 1, 0.3), Verdict::go_on);
  EXPECT_EQ(scheduler.report(2, 2, 0.3), Verdict::go_on);
  EXPECT_EQ(scheduler.report(2, 3, 0.3), Verdict::pause);
}

TEST(Asha, PromotesATrialFromARungOnce) {
  AshaScheduler scheduler = asha();
  first_rung(scheduler, {0.9, 0.1, 0.2});
  scheduler.promote(0);
  EXPECT_EQ(scheduler.promotable(), std::nullopt);
  EXPECT_THROW(scheduler.promote(0), DataError);
}

TEST(Asha, LetsABetterOneGoOnThoughTheRungsShareHasGone) {
  AshaScheduler scheduler = asha();
  first_rung(scheduler, {0.1, 0.2, 0.3});
  EXPECT_EQ(scheduler.report(3, 1, 0.4), Verdict::go_on);
}

TEST(Asha, PrefersTheLowerTrialAmongEquals) {
  AshaScheduler scheduler = asha();
  EXPECT_EQ(scheduler.report(2, 1, 0.5), Verdict::pause);
  EXPECT_EQ(scheduler.report(1, 1, 0.5), Verdict::pause);
  EXPECT_EQ(scheduler.report(3, 1, 0.5), Verdict::pause);
  EXPECT_EQ(scheduler.promotable(), 1);
}

TEST(Asha, MeasuresARungByTheBestUpToItsEpoch) {
  AshaScheduler scheduler = asha();
  first_rung(scheduler, {0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5});
  for (const std::int64_t trial : {0, 1, 2}) scheduler.promote(trial);
  for (const std::int64_t trial : {0, 1, 2}) scheduler.report(trial, 2, trial == 2 ? 0.9 : 0.6);
  for (const std::int64_t trial : {0, 1}) EXPECT_EQ(scheduler.report(trial, 3, 0.8), Verdict::pause);
  EXPECT_EQ(scheduler.report(2, 3, 0.1), Verdict::go_on);
}

TEST(Asha, ServesTheHighestRungFirst) {
  AshaScheduler scheduler = asha();
  first_rung(scheduler, {0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1});
  for (const std::int64_t trial : {0, 1, 2}) scheduler.promote(trial);
  for (const std::int64_t trial : {0, 1, 2}) report(scheduler, trial, {2, 3}, 0.9);
  for (const std::int64_t trial : {9, 10, 11}) scheduler.report(trial, 1, 0.0);
  EXPECT_EQ(scheduler.promotable(), 0);  // in rung 3; trial 3 waits in rung 1
  scheduler.promote(0);
  EXPECT_EQ(scheduler.promotable(), 3);
}

TEST(Asha, LetsATrialGoOnAtTheLastEpochWhateverItsScore) {
  AshaScheduler scheduler({2}, 3);
  EXPECT_EQ(scheduler.report(0, 1, 0.9), Verdict::go_on);
  EXPECT_EQ(scheduler.report(0, 2, 0.9), Verdict::go_on);
  EXPECT_EQ(report(scheduler, 1, {1, 2}, 0.1), Verdict::go_on);
}

TEST(Asha, TakesAFailedTrialsRecordsAway) {
  AshaScheduler scheduler = asha();
  first_rung(scheduler, {0.9, 0.8, 0.7, 0.6, 0.5, 0.4});
  scheduler.retire(0, true);
  EXPECT_EQ(scheduler.promotable(), 1);
  scheduler.promote(1);
  EXPECT_EQ(scheduler.promotable(), std::nullopt);  // five records are left: one goes on
  scheduler.retire(1, true);                        // right after its promotion
  EXPECT_EQ(scheduler.promotable(), 2);
}

TEST(Asha, MeasuresByAPrunedTrialButNeverPromotesIt) {
  AshaScheduler scheduler = asha();
  first_rung(scheduler, {0.9, 0.8, 0.7});
  scheduler.retire(0, false);
  EXPECT_EQ(scheduler.promotable(), std::nullopt);
  EXPECT_EQ(scheduler.last_promotable(), 1);
}

TEST(Asha, EndsASweepWithTheBestPausedOfTheHighestRungUntilOneIsComplete) {
  AshaScheduler scheduler = asha();
  first_rung(scheduler, {0.2, 0.1, 0.3, 0.0});
  EXPECT_EQ(report(scheduler, 2, {2, 3}, 0.3), Verdict::pause);
  EXPECT_EQ(scheduler.promotable(), std::nullopt);
  EXPECT_EQ(scheduler.last_promotable(), 2);
  scheduler.promote(2);
  EXPECT_EQ(scheduler.last_promotable(), 0);  // should trial 2 fail
  EXPECT_EQ(report(scheduler, 2, {4, 5, 6, 7, 8, 9}, 0.3), Verdict::go_on);
  EXPECT_EQ(scheduler.last_promotable(), std::nullopt);
  scheduler.retire(2, true);
  EXPECT_EQ(scheduler.last_promotable(), 0);
}

TEST(Asha, TakesOneLastTrialThroughEveryRung) {
  AshaScheduler scheduler = asha();
  first_rung(scheduler, {0.2, 0.1});
  scheduler.promote(scheduler.last_promotable().value());
  EXPECT_EQ(report(scheduler, 0, {2, 3}, 0.2), Verdict::pause);
  EXPECT_EQ(scheduler.last_promotable(), 0);
}

TEST(Asha, CountsATrialThatGaveUpAtEachRungAbove) {
  AshaScheduler scheduler = asha();
  first_rung(scheduler, {0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0});
  for (const std::int64_t trial : {0, 1, 2}) scheduler.promote(trial);
  scheduler.report(2, 2, 0.5);
  scheduler.complete(2);  // by patience
  EXPECT_EQ(report(scheduler, 1, {2, 3}, 0.7), Verdict::pause);
  EXPECT_EQ(report(scheduler, 0, {2, 3}, 0.9), Verdict::go_on) << "of three, one goes on";
}

TEST(Asha, ATrialThatGaveUpDoesNotStandForABetterOneThatWaits) {
  AshaScheduler scheduler = asha();
  first_rung(scheduler, {0.3, 0.4});
  scheduler.promote(1);
  scheduler.report(1, 2, 0.1);
  scheduler.complete(1);
  EXPECT_EQ(scheduler.last_promotable(), std::nullopt) << "0.4 is better than 0.3";
  scheduler.report(2, 1, 0.35);
  EXPECT_EQ(scheduler.last_promotable(), std::nullopt);
  AshaScheduler other = asha();
  first_rung(other, {0.3, 0.4});
  other.promote(0);
  other.report(0, 2, 0.1);
  other.complete(0);
  EXPECT_EQ(other.last_promotable(), 1);
}

TEST(Asha, IgnoresAFailureBeforeTheFirstReport) {
  AshaScheduler scheduler = asha();
  scheduler.retire(0, true);
  EXPECT_EQ(scheduler.promotable(), std::nullopt);
}

TEST(Asha, RefusesReportsThatDoNotFit) {
  AshaScheduler scheduler = asha();
  const auto message = [&](std::int64_t trial, std::int64_t epoch) -> std::string {
    try {
      scheduler.report(trial, epoch, 0.5);
    } catch (const DataError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(message(0, 2), "trial 0: reported epoch 2 after epoch 0");
  EXPECT_EQ(message(0, 1), "no error");
  EXPECT_EQ(message(0, 2), "trial 0: reported epoch 2 while paused");
  EXPECT_EQ(message(0, 1), "trial 0: reported epoch 1 after epoch 1");
  AshaScheduler single({1}, 2);
  single.report(0, 1, 0.5);
  EXPECT_THROW(single.report(0, 2, 0.5), DataError);
}

}  // namespace
}  // namespace agsweep
