#include "data/epoch_order.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace agsweep {
namespace {

using testing::ElementsAre;
using testing::IsSupersetOf;
using testing::UnorderedElementsAreArray;
using Rows = std::vector<std::uint32_t>;

Rows first_rows(std::uint32_t count) {
  Rows rows(count);
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

Split labelled_split(const std::vector<std::size_t>& counts) {
  Split split;
  for (std::size_t label = 0; label < counts.size(); ++label)
    split.labels.insert(split.labels.end(), counts[label], static_cast<std::uint8_t>(label));
  return split;
}

TEST(EpochOrder, VisitsEveryRowOnce) { EXPECT_THAT(epoch_order(Rows{5, 9, 2, 40}, 42, 1), UnorderedElementsAreArray({5, 9, 2, 40})); }

TEST(EpochOrder, DependsOnSeedAndEpoch) {
  const Rows rows = first_rows(1000);
  EXPECT_EQ(epoch_order(rows, 42, 3), epoch_order(rows, 42, 3));
  EXPECT_NE(epoch_order(rows, 42, 3), epoch_order(rows, 42, 4));
  EXPECT_NE(epoch_order(rows, 42, 3), epoch_order(rows, 43, 3));
}

TEST(EpochOrder, PutsEveryRowFirstEquallyOften) {
  const Rows rows = first_rows(4);
  std::vector<int> first(4);
  for (std::int64_t epoch = 1; epoch <= 8000; ++epoch) ++first[epoch_order(rows, 1, epoch).front()];
  for (const int times : first) EXPECT_NEAR(times, 2000, 200);  // five standard deviations
}

TEST(EpochOrder, TakesNoRowsAndOneRow) {
  EXPECT_THAT(epoch_order({}, 1, 1), ElementsAre());
  EXPECT_THAT(epoch_order(Rows{8}, 1, 1), ElementsAre(8));
}

TEST(LimitedRows, KeepAllRowsWithoutALimitOrWithALargeOne) {
  const Split split = labelled_split({3, 2});
  for (const std::int64_t limit : {0, 5, 6}) EXPECT_EQ(limited_rows(split, 2, 42, limit), first_rows(5));
}

TEST(LimitedRows, AreNestedAscendAndKeepTheClassesProportions) {
  const std::vector<std::size_t> counts{4000, 2500, 333, 1};
  const Split split = labelled_split(counts);
  Rows smaller;
  for (const std::int64_t limit : {1, 7, 100, 1000, 2000, 6000}) {
    const Rows rows = limited_rows(split, 4, 42, limit);
    ASSERT_EQ(rows.size(), static_cast<std::size_t>(limit));
    EXPECT_TRUE(std::is_sorted(rows.begin(), rows.end()));
    EXPECT_TRUE(std::includes(rows.begin(), rows.end(), smaller.begin(), smaller.end()));
    std::vector<double> kept(4);
    for (const std::uint32_t row : rows) ++kept[split.labels[row]];
    for (std::size_t label = 0; label < 4; ++label) {
      EXPECT_NEAR(kept[label], static_cast<double>(limit) * static_cast<double>(counts[label]) / static_cast<double>(split.rows()), 1.0);
    }
    smaller = rows;
  }
}

TEST(LimitedRows, DependOnTheCorpussSeed) {
  const Split split = labelled_split({500, 500});
  EXPECT_EQ(limited_rows(split, 2, 42, 100), limited_rows(split, 2, 42, 100));
  EXPECT_NE(limited_rows(split, 2, 42, 100), limited_rows(split, 2, 43, 100));
}

TEST(ShardRows, CutABatchInOrderIntoPartsThatDifferByAtMostOneRow) {
  for (const std::uint32_t size : {0U, 1U, 7U, 8U, 192U}) {
    const Rows batch = first_rows(size);
    for (const std::int64_t shards : {1, 3, 8}) {
      Rows joined;
      std::size_t least = batch.size();
      std::size_t most = 0;
      for (std::int64_t shard = 0; shard < shards; ++shard) {
        const auto part = shard_rows(batch, shard, shards);
        joined.insert(joined.end(), part.begin(), part.end());
        least = std::min(least, part.size());
        most = std::max(most, part.size());
      }
      EXPECT_EQ(joined, batch);
      EXPECT_LE(most - least, 1U);
    }
  }
}

}  // namespace
}  // namespace agsweep
