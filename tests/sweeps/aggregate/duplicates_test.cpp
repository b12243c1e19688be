#include "sweeps/aggregate/duplicates.hpp"

#include <cmath>  // std::nextafter

#include <gtest/gtest.h>

#include "tests/sweeps/aggregate/made_up_sweep.hpp"

namespace agsweep {
namespace {

using testing_support::made_up_sweep;
using testing_support::made_up_trial;
using enum TrialPhase;

TEST(Duplicates, AreTrialsOfOneConfigurationAndSeedInAnySweep) {
  const std::vector sweeps = {
      made_up_sweep({made_up_trial(0, complete, {0.5, 0.6}, 1, "h0"), made_up_trial(0, complete, {0.5, 0.7}, 2, "h0")}),
      made_up_sweep({made_up_trial(5, complete, {0.5, 0.7}, 2, "h0"), made_up_trial(6, complete, {0.5, 0.7}, 2, "h1")}),
  };
  const std::vector<Duplicate> duplicates = find_duplicates(sweeps);
  ASSERT_EQ(duplicates.size(), 1U);
  EXPECT_EQ(duplicates[0].counts, (TrialRef{0, 1}));
  EXPECT_EQ(duplicates[0].copy, (TrialRef{1, 0}));
  EXPECT_EQ(duplicates[0].differs_at, std::nullopt);
}

TEST(Duplicates, OfATrialThatGotFurtherDoNotCount) {
  const std::vector sweeps = {
      made_up_sweep({made_up_trial(0, running, {0.5, 0.6, 0.7}, 1, "h"), made_up_trial(0, pruned, {0.5}, 1, "h"),
                     made_up_trial(0, complete, {0.5, 0.6}, 1, "h"), made_up_trial(0, complete, {0.5, 0.6}, 1, "h")}),
  };
  const std::vector<Duplicate> duplicates = find_duplicates(sweeps);
  ASSERT_EQ(duplicates.size(), 3U);
  for (const Duplicate& duplicate : duplicates) EXPECT_EQ(duplicate.counts, (TrialRef{0, 2}));
}

TEST(Duplicates, TellTheFirstEpochWhoseValuesDifferAtAll) {
  const double next = std::nextafter(0.6, 1.0);
  const std::vector sweeps = {
      made_up_sweep({made_up_trial(0, complete, {0.5, 0.6, 0.7}, 1, "h"), made_up_trial(0, pruned, {0.5, next}, 1, "h")})};
  ASSERT_EQ(find_duplicates(sweeps).size(), 1U);
  EXPECT_EQ(find_duplicates(sweeps)[0].differs_at, 2);
}

TEST(Duplicates, AreNeitherFailedTrialsNorOnesOfUnknownConfigurationOrAnotherMetric) {
  std::vector sweeps = {
      made_up_sweep({made_up_trial(0, failed, {0.5}, 1, "h"), made_up_trial(0, complete, {0.5}, 1, "h"), made_up_trial(1, running, {0.5}),
                     made_up_trial(1, running, {0.5})}),
      made_up_sweep({made_up_trial(0, complete, {0.5}, 1, "h")}),
  };
  sweeps[1].spec.metric = Metric::accuracy;
  EXPECT_TRUE(find_duplicates(sweeps).empty());
}

}  // namespace
}  // namespace agsweep
