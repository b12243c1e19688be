#include "sweeps/sample/tpe_split.hpp"

#include <algorithm>  // std::is_sorted
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace agsweep {
namespace {

using testing::ElementsAre;

Observation complete(double score) { return {.point = {}, .epoch = 9, .score = score, .complete = true}; }
Observation stopped(std::int64_t epoch, double score) { return {.point = {}, .epoch = epoch, .score = score}; }
const Observation running{};

TEST(TpeSplit, TakesTheBestTenthRoundedUp) {
  std::vector<Observation> history;
  for (int i = 0; i < 11; ++i) history.push_back(complete(i));
  EXPECT_THAT(split_history(history).better, ElementsAre(9, 10));
  history.pop_back();
  EXPECT_THAT(split_history(history).better, ElementsAre(9));
}

TEST(TpeSplit, TakesAtMost25) {
  std::vector<Observation> history(300, complete(0.5));
  EXPECT_EQ(split_history(history).better.size(), 25U);
  EXPECT_EQ(split_history(history).others.size(), 275U);
}

TEST(TpeSplit, PrefersCompleteTrialsThenThoseStoppedLater) {
  std::vector<Observation> history(12, stopped(1, 0.9));
  history[3] = stopped(3, 0.1);
  history[7] = stopped(3, 0.2);
  EXPECT_THAT(split_history(history).better, ElementsAre(3, 7));
  history[5] = complete(0);
  EXPECT_THAT(split_history(history).better, ElementsAre(5, 7));
}

TEST(TpeSplit, PutsTrialsThatHaveNotReportedAmongTheOthersWithoutCountingThem) {
  std::vector<Observation> history(10, complete(-5));
  history.insert(history.begin() + 4, 30, running);
  const TpeSplit split = split_history(history);
  EXPECT_THAT(split.better, ElementsAre(0));
  EXPECT_EQ(split.others.size(), 39U);
  EXPECT_EQ(reported_trials(history), 10);
}

TEST(TpeSplit, TakesTheEarlierOfEqualsAndKeepsTheOrderOfTheHistory) {
  const std::vector<Observation> history(20, complete(0.5));
  const TpeSplit split = split_history(history);
  EXPECT_THAT(split.better, ElementsAre(0, 1));
  EXPECT_TRUE(std::is_sorted(split.others.begin(), split.others.end()));
}

TEST(TpeSplit, OfNoHistoryIsEmpty) {
  EXPECT_TRUE(split_history({}).better.empty());
  EXPECT_TRUE(split_history({}).others.empty());
}

}  // namespace
}  // namespace agsweep
