#include "data/batch.hpp"

#include <algorithm>
#include <numeric>  // std::iota

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace agsweep {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAreArray;
using Rows = std::vector<std::uint32_t>;

Rows first_rows(std::uint32_t count) {
  Rows rows(count);
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

const Split split{.tokens = {1, 2, 3, 4, 5, 6}, .offsets = {0, 1, 3, 6}, .labels = {2, 0, 1}, .source_rows = {4, 5, 9}};

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

TEST(Pack, PutsTheRowsEndToEndInTheOrderAsked) {
  const std::vector<std::uint32_t> rows{2, 0};
  const PackedBatch batch = pack(split, rows);
  EXPECT_THAT(batch.tokens, ElementsAre(4, 5, 6, 1));
  EXPECT_THAT(batch.offsets, ElementsAre(0, 3, 4));
  EXPECT_THAT(batch.labels, ElementsAre(1, 2));
}

TEST(Pack, GivesAnEmptyBatchForNoRows) {
  const PackedBatch batch = pack(split, {});
  EXPECT_THAT(batch.offsets, ElementsAre(0));
  EXPECT_EQ(batch.rows(), 0);
  EXPECT_EQ(batch.token_count(), 0);
}

}  // namespace
}  // namespace agsweep
