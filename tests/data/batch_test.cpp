#include "data/batch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace agsweep {
namespace {

using testing::ElementsAre;

const Split split{.tokens = {1, 2, 3, 4, 5, 6}, .offsets = {0, 1, 3, 6}, .labels = {2, 0, 1}, .source_rows = {4, 5, 9}};

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

TEST(SplitNamed, FindsEachSplitAndRefusesOtherNames) {
  Corpus corpus;
  EXPECT_EQ(&split_named(corpus, "train"), &corpus.train);
  EXPECT_EQ(&split_named(corpus, "val"), &corpus.val);
  EXPECT_EQ(&split_named(corpus, "test"), &corpus.test);
  EXPECT_THROW(split_named(corpus, "dev"), UsageError);
}

}  // namespace
}  // namespace agsweep
