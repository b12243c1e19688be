#include "sweeps/schedule/median.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace agsweep {
namespace {

void complete(MedianScheduler& scheduler, std::int64_t trial, const std::vector<double>& scores) {
  std::int64_t epoch = 0;
  for (const double score : scores) ASSERT_EQ(scheduler.report(trial, ++epoch, score), Verdict::go_on);
}

// Trials 0 to 4 with 0.1 to 0.5 at each of three epochs: medians 0.3.
MedianScheduler with_five_complete(std::int64_t min_epochs) {
  MedianScheduler scheduler(min_epochs, 3);
  for (std::int64_t trial = 4; trial >= 0; --trial)
    complete(scheduler, trial, std::vector<double>(3, 0.1 * static_cast<double>(trial + 1)));
  return scheduler;
}

TEST(Median, StopsATrialBelowTheMedianOfThisEpoch) {
  MedianScheduler scheduler = with_five_complete(1);
  EXPECT_EQ(scheduler.report(5, 1, 0.29), Verdict::stop);
  EXPECT_EQ(scheduler.report(6, 1, 0.31), Verdict::go_on);
}

TEST(Median, LetsAnEqualGoOn) {
  MedianScheduler scheduler = with_five_complete(1);
  EXPECT_EQ(scheduler.report(5, 1, 0.1 * 3), Verdict::go_on);
}

TEST(Median, JudgesByTheBestSoFar) {
  MedianScheduler scheduler = with_five_complete(1);
  EXPECT_EQ(scheduler.report(5, 1, 0.4), Verdict::go_on);
  EXPECT_EQ(scheduler.report(5, 2, 0.0), Verdict::go_on);
}

TEST(Median, MeasuresByWhatOthersScoredAtThisEpochNotByTheirBest) {
  MedianScheduler scheduler(1, 3);
  for (std::int64_t trial = 0; trial < 5; ++trial) complete(scheduler, trial, {0.9, 0.2, 0.9});
  EXPECT_EQ(scheduler.report(5, 1, 0.3), Verdict::stop);
  EXPECT_EQ(scheduler.report(5, 2, 0.3), Verdict::go_on);
}

TEST(Median, TakesTheMeanOfTheMiddleTwoOfAnEvenNumber) {
  MedianScheduler scheduler = with_five_complete(1);
  complete(scheduler, 5, {0.9, 0.9, 0.9});  // medians (0.3 + 0.4) / 2
  EXPECT_EQ(scheduler.report(6, 1, 0.34), Verdict::stop);
  EXPECT_EQ(scheduler.report(7, 1, 0.36), Verdict::go_on);
}

TEST(Median, StopsNoneBeforeMinEpochs) {
  MedianScheduler scheduler = with_five_complete(2);
  EXPECT_EQ(scheduler.report(5, 1, 0.0), Verdict::go_on);
  EXPECT_EQ(scheduler.report(5, 2, 0.0), Verdict::stop);
}

TEST(Median, StopsNoneAtTheLastEpoch) {
  MedianScheduler scheduler = with_five_complete(3);
  complete(scheduler, 5, {0.0, 0.0, 0.0});
}

TEST(Median, StopsNoneBeforeFiveTrialsAreComplete) {
  MedianScheduler scheduler(1, 3);
  for (std::int64_t trial = 0; trial < 4; ++trial) complete(scheduler, trial, {0.9, 0.9, 0.9});
  EXPECT_EQ(scheduler.report(4, 1, 0.9), Verdict::go_on);
  EXPECT_EQ(scheduler.report(4, 2, 0.9), Verdict::go_on);
  EXPECT_EQ(scheduler.report(5, 1, 0.1), Verdict::go_on);
  EXPECT_EQ(scheduler.report(4, 3, 0.9), Verdict::go_on);
  EXPECT_EQ(scheduler.report(5, 2, 0.1), Verdict::stop);
}

TEST(Median, ForgetsACompleteTrialThatFailedAndKeepsOthersThatEnded) {
  MedianScheduler scheduler = with_five_complete(1);
  complete(scheduler, 5, {0.9, 0.9, 0.9});
  scheduler.retire(6, true);  // had not reported
  EXPECT_EQ(scheduler.report(7, 1, 0.34), Verdict::stop);
  scheduler.retire(7, false);
  scheduler.retire(5, true);
  EXPECT_EQ(scheduler.report(8, 1, 0.31), Verdict::go_on);
}

TEST(Median, PausesNone) {
  MedianScheduler scheduler = with_five_complete(1);
  scheduler.report(5, 1, 0.0);
  EXPECT_EQ(scheduler.promotable(), std::nullopt);
  EXPECT_EQ(scheduler.last_promotable(), std::nullopt);
  EXPECT_THROW(scheduler.promote(5), DataError);
}

TEST(Median, RefusesAnEpochOutOfTurn) {
  MedianScheduler scheduler(1, 3);
  EXPECT_THROW(scheduler.report(0, 2, 0.5), DataError);
  complete(scheduler, 0, {0.5, 0.5, 0.5});
  EXPECT_THROW(scheduler.report(0, 3, 0.5), DataError);
  EXPECT_THROW(scheduler.report(0, 4, 0.5), DataError);
}

TEST(Median, CountsATrialOnce) {
  MedianScheduler scheduler = with_five_complete(1);
  for (int i = 0; i < 3; ++i) scheduler.complete(0);  // 0.1
  EXPECT_EQ(scheduler.report(5, 1, 0.25), Verdict::stop) << "the median is 0.3";
}

TEST(Median, CountsTrialsThatPatienceEnded) {
  MedianScheduler scheduler(1, 9);
  for (std::int64_t trial = 0; trial < 5; ++trial) {
    for (std::int64_t epoch = 1; epoch <= 3; ++epoch) scheduler.report(trial, epoch, 0.9);
    scheduler.complete(trial);
  }
  EXPECT_EQ(scheduler.report(5, 1, 0.5), Verdict::stop);
  EXPECT_EQ(scheduler.report(6, 1, 0.95), Verdict::go_on);
  scheduler.report(6, 2, 0.95);
  scheduler.report(6, 3, 0.95);
  EXPECT_EQ(scheduler.report(6, 4, 0.1), Verdict::go_on) << "nobody has trained so long";
}

}  // namespace
}  // namespace agsweep
