#include "sweeps/state/trial_counts.hpp"

#include <gtest/gtest.h>

namespace agsweep {
namespace {

TEST(TrialCounts, NameEachStateThatATrialIsIn) {
  const TrialCounts counts{.pending = 6, .running = 2, .paused = 4, .complete = 8, .pruned = 3, .failed = 1};
  EXPECT_EQ(counts_text(counts), "12 of 24 trials ended: 8 complete, 3 pruned, 1 failed; 2 running, 4 paused, 6 pending");
  EXPECT_EQ(counts_text({.complete = 2}), "2 of 2 trials ended: 2 complete");
  EXPECT_EQ(counts_text({.pending = 5, .running = 1}), "0 of 6 trials ended; 1 running, 5 pending");
}

}  // namespace
}  // namespace agsweep
