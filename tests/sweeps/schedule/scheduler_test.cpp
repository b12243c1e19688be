#include <gtest/gtest.h>

#include "base/error.hpp"
#include "sweeps/schedule/scheduler.hpp"

namespace agsweep {
namespace {

TEST(MakeScheduler, WithNoneLetsEveryTrialGoOn) {
  const auto scheduler = make_scheduler({.kind = SchedulerKind::none}, 3);
  for (std::int64_t trial = 0; trial < 10; ++trial) {
    for (std::int64_t epoch = 1; epoch <= 3; ++epoch) EXPECT_EQ(scheduler->report(trial, epoch, 0.1), Verdict::go_on);
  }
  EXPECT_EQ(scheduler->promotable(), std::nullopt);
  EXPECT_EQ(scheduler->last_promotable(), std::nullopt);
  EXPECT_THROW(scheduler->promote(0), DataError);
}

TEST(MakeScheduler, GivesAshaItsEtaAndFirstRung) {
  const auto scheduler = make_scheduler({.kind = SchedulerKind::asha, .eta = 2, .min_epochs = 2}, 4);
  EXPECT_EQ(scheduler->report(0, 1, 0.5), Verdict::go_on);
  EXPECT_EQ(scheduler->report(0, 2, 0.5), Verdict::pause);
  EXPECT_EQ(scheduler->report(1, 1, 0.6), Verdict::go_on);
  EXPECT_EQ(scheduler->report(1, 2, 0.6), Verdict::go_on);
}

TEST(MakeScheduler, GivesMedianItsFirstJudgedEpoch) {
  const auto scheduler = make_scheduler({.kind = SchedulerKind::median, .min_epochs = 2}, 3);
  for (std::int64_t trial = 0; trial < 5; ++trial) {
    for (std::int64_t epoch = 1; epoch <= 3; ++epoch) scheduler->report(trial, epoch, 0.9);
  }
  EXPECT_EQ(scheduler->report(5, 1, 0.1), Verdict::go_on);
  EXPECT_EQ(scheduler->report(5, 2, 0.1), Verdict::stop);
}

TEST(MakeScheduler, RefusesAnEtaOfOne) { EXPECT_THROW(make_scheduler({.kind = SchedulerKind::asha, .eta = 1}, 9), UsageError); }

}  // namespace
}  // namespace agsweep
