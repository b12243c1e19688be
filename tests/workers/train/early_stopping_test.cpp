#include "workers/train/early_stopping.hpp"

#include <gtest/gtest.h>

namespace agsweep {
namespace {

/// Two classes, `right` of ten rows classified as they should be.
EpochScore score(std::int64_t epoch, double loss, std::int64_t right) {
  return {.epoch = epoch, .loss = loss, .confusion = {right, 0, 10 - right, 0}};
}

bool is_best(const EpochScore& val, const ProgressState& state, Metric metric) { return is_best_epoch(val.metrics(2), state, metric); }

TEST(EarlyStopping, TakesTheFirstEpochForTheBest) { EXPECT_TRUE(is_best(score(1, 9.0, 0), {}, Metric::accuracy)); }

TEST(EarlyStopping, PrefersAHigherAccuracyAndALowerLoss) {
  ProgressState state;
  state.best = score(1, 0.5, 5);
  EXPECT_TRUE(is_best(score(2, 0.6, 6), state, Metric::accuracy));
  EXPECT_FALSE(is_best(score(2, 0.6, 6), state, Metric::loss));
  EXPECT_TRUE(is_best(score(2, 0.4, 4), state, Metric::loss));
  EXPECT_FALSE(is_best(score(2, 0.4, 4), state, Metric::accuracy));
}

TEST(EarlyStopping, KeepsTheFirstOfEqualEpochs) {
  ProgressState state;
  state.best = score(1, 0.5, 5);
  EXPECT_FALSE(is_best(score(2, 0.5, 5), state, Metric::accuracy));
  EXPECT_FALSE(is_best(score(2, 0.5, 5), state, Metric::loss));
}

TEST(EarlyStopping, StopsWhenPatienceEpochsHaveBroughtNothingBetter) {
  ProgressState state;
  EXPECT_FALSE(stops_early(state, 1));
  state.best = score(2, 0.5, 5);
  state.last = score(3, 0.6, 5);
  EXPECT_FALSE(stops_early(state, 2));
  EXPECT_TRUE(stops_early(state, 1));
  EXPECT_FALSE(stops_early(state, 0));  // no patience is given
}

}  // namespace
}  // namespace agsweep
