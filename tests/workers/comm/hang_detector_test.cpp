#include "workers/comm/hang_detector.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace agsweep {
namespace {

constexpr double limit = 10;

Progress::Place at_step(std::int64_t step, std::uint64_t counter, bool waiting) {
  return {.counter = counter, .waiting = waiting, .number = step, .checkpoint = -1, .phase = "the all-reduce of step"};
}

HangDetector two_ranks() { return HangDetector({"rank 0 (node n1)", "rank 1 (node n2)"}, limit); }

TEST(HangDetector, NamesTheSilentRankItsPlaceAndTheLastCheckpoint) {
  HangDetector detector = two_ranks();
  Progress::Place own = at_step(812, 9, true);
  own.checkpoint = 800;
  detector.heard(0, own, 20);
  detector.heard(1, at_step(811, 5, false), 9.5);
  EXPECT_EQ(detector.verdict(20, own),
            "rank 1 (node n2) has been silent for 10 s in the all-reduce of step 812; the last checkpoint is step 800");
}

TEST(HangDetector, SaysOfAJobOfManyTrainingsWhatTheyGoOnFrom) {
  HangDetector detector = two_ranks();
  const Progress::Place own{.checkpoint = checkpoints_of_trials, .phase = "the sweep's trials"};
  detector.heard(0, own, 20);
  detector.heard(1, own, 9.5);
  EXPECT_EQ(detector.verdict(20, own),
            "rank 1 (node n2) has been silent for 10 s in the sweep's trials; each trial goes on from its own last checkpoint");
}

TEST(HangDetector, IsContentWhileEveryRankReportsAndAdvances) {
  HangDetector detector = two_ranks();
  for (int second = 0; second < 100; ++second) {
    detector.heard(0, at_step(second, static_cast<std::uint64_t>(second), true), second);
    detector.heard(1, at_step(second, static_cast<std::uint64_t>(second), false), second);
    EXPECT_EQ(detector.verdict(second + 0.9, Progress::Place{}), std::nullopt);
  }
}

TEST(HangDetector, NamesTheRankThatStandsStillWhileAnotherWaits) {
  HangDetector detector = two_ranks();
  for (int second = 0; second <= 10; ++second) {
    detector.heard(0, at_step(7, 3, true), second);
    detector.heard(1, at_step(7, 2, false), second);
  }
  EXPECT_THAT(
      detector.verdict(10, Progress::Place{}).value_or(""),
      testing::StartsWith("rank 1 (node n2) has not advanced for 10 s while others wait, in the all-reduce of step 7; there is no"));
}

TEST(HangDetector, NamesTheRankThatIsLeastFarWhereAllWaitForEachOther) {
  HangDetector detector = two_ranks();
  for (int second = 0; second <= 10; ++second) {
    detector.heard(0, at_step(8, 4, true), second);
    detector.heard(1, at_step(7, 3, true), second);
  }
  EXPECT_THAT(detector.verdict(10, Progress::Place{}).value_or(""),
              testing::StartsWith("rank 1 (node n2) has not advanced for 10 s while all wait, in the all-reduce of step 7"));
}

TEST(HangDetector, LetsARankWaitForOneThatAdvances) {
  HangDetector detector = two_ranks();
  for (int second = 0; second <= 30; ++second) {
    detector.heard(0, at_step(8, 4, true), second);
    detector.heard(1, at_step(7, static_cast<std::uint64_t>(second), false), second);
    EXPECT_EQ(detector.verdict(second, Progress::Place{}), std::nullopt);
  }
}

TEST(HangDetector, LetsEveryRankWorkAsLongAsItLikesWhileNobodyWaits) {
  HangDetector detector = two_ranks();
  for (int second = 0; second <= 30; ++second) {
    detector.heard(0, at_step(7, 3, false), second);
    detector.heard(1, at_step(7, 2, false), second);
  }
  EXPECT_EQ(detector.verdict(30, Progress::Place{}), std::nullopt);
}

TEST(HangDetector, CountsAWaitFromWhereItBegan) {
  HangDetector detector = two_ranks();
  detector.heard(0, at_step(7, 3, false), 0);
  detector.heard(1, at_step(7, 2, false), 0);
  detector.heard(0, at_step(7, 3, true), 8);
  detector.heard(1, at_step(7, 2, false), 12);
  EXPECT_EQ(detector.verdict(12, Progress::Place{}), std::nullopt) << "rank 0 has waited for 4 s only";
}

TEST(HangDetector, ForgetsARankThatHasLeft) {
  HangDetector detector = two_ranks();
  detector.heard(1, at_step(7, 2, false), 0);
  detector.left(1);
  EXPECT_EQ(detector.verdict(1000, Progress::Place{}), std::nullopt);
}

TEST(HangDetector, WatchesARankFromItsFirstReportOn) { EXPECT_EQ(two_ranks().verdict(1000, Progress::Place{}), std::nullopt); }

}  // namespace
}  // namespace agsweep
