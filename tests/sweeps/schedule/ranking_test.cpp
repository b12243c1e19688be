#include "sweeps/schedule/ranking.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "base/philox.hpp"

namespace agsweep {
namespace {

bool same(const Record& a, const Record& b) { return a.score == b.score && a.trial == b.trial; }

TEST(Ranking, PutsTheLowerTrialFirstAmongEqualScores) {
  Ranking ranking(2);
  for (const std::int64_t trial : {4, 1, 3, 2}) ranking.insert({.score = 0.5, .trial = trial});
  EXPECT_TRUE(ranking.among_best({.score = 0.5, .trial = 1}));
  EXPECT_TRUE(ranking.among_best({.score = 0.5, .trial = 2}));
  EXPECT_FALSE(ranking.among_best({.score = 0.5, .trial = 3}));
}

TEST(Ranking, EqualsASortedListAfterAnyInsertionsAndRemovals) {
  PhiloxStream random(5, 0);
  for (const std::int64_t divisor : {1, 2, 3, 7}) {
    Ranking ranking(divisor);
    std::vector<Record> sorted;
    for (std::int64_t trial = 0; trial < 300; ++trial) {
      if (!sorted.empty() && random.below(3) == 0) {
        const auto victim = sorted.begin() + random.below(static_cast<std::uint32_t>(sorted.size()));
        ranking.erase(*victim);
        sorted.erase(victim);
      } else {
        const Record record{.score = random.below(20) / 4.0, .trial = trial};
        ranking.insert(record);
        sorted.insert(std::upper_bound(sorted.begin(), sorted.end(), record, BetterFirst{}), record);
      }
      const auto cut = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size()) / divisor;
      ASSERT_TRUE(std::equal(ranking.best().begin(), ranking.best().end(), sorted.begin(), cut, same));
      ASSERT_TRUE(std::equal(ranking.rest().begin(), ranking.rest().end(), cut, sorted.end(), same));
    }
  }
}

}  // namespace
}  // namespace agsweep
