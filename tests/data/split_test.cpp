#include "data/split.hpp"

#include <algorithm>
#include <numeric>  // std::iota

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace agsweep {
namespace {

using testing::ElementsAreArray;
using Rows = std::vector<std::uint32_t>;

/// `counts[c]` rows of class c, mixed.
std::vector<std::uint8_t> mixed_labels(std::vector<int> counts) {
  std::vector<std::uint8_t> labels;
  for (bool more = true; more;) {
    more = false;
    for (std::size_t label = 0; label < counts.size(); ++label) {
      if (counts[label]-- > 0) labels.push_back(static_cast<std::uint8_t>(label)), more = true;
    }
  }
  return labels;
}

std::vector<int> counts_of(const std::vector<std::uint32_t>& rows, const std::vector<std::uint8_t>& labels, std::size_t classes) {
  std::vector<int> counts(classes);
  for (const std::uint32_t row : rows) ++counts.at(labels.at(row));
  return counts;
}

TEST(StratifiedSplit, TakesTheRoundedFractionOfEachClass) {
  const auto labels = mixed_labels({100, 25, 4, 0, 1});
  const TrainAndVal split = stratified_split(labels, 5, 0.1, 42);
  EXPECT_THAT(counts_of(split.val, labels, 5), ElementsAreArray({10, 3, 0, 0, 0}));
  EXPECT_THAT(counts_of(split.train, labels, 5), ElementsAreArray({90, 22, 4, 0, 1}));
}

TEST(StratifiedSplit, PutsEveryRowInOnePartInSourceOrder) {
  const auto labels = mixed_labels({300, 200, 100});
  const TrainAndVal split = stratified_split(labels, 3, 0.3, 7);
  std::vector<std::uint32_t> all(split.train);
  all.insert(all.end(), split.val.begin(), split.val.end());
  std::sort(all.begin(), all.end());
  std::vector<std::uint32_t> expected(labels.size());
  for (std::size_t row = 0; row < expected.size(); ++row) expected[row] = static_cast<std::uint32_t>(row);
  EXPECT_EQ(all, expected);
  EXPECT_TRUE(std::is_sorted(split.train.begin(), split.train.end()));
  EXPECT_TRUE(std::is_sorted(split.val.begin(), split.val.end()));
}

TEST(StratifiedSplit, DependsOnTheSeedAlone) {
  const auto labels = mixed_labels({500, 500});
  EXPECT_EQ(stratified_split(labels, 2, 0.1, 42).val, stratified_split(labels, 2, 0.1, 42).val);
  EXPECT_NE(stratified_split(labels, 2, 0.1, 42).val, stratified_split(labels, 2, 0.1, 43).val);
}

TEST(StratifiedSplit, ChoosesEveryRowOfAClassEquallyOften) {
  const auto labels = mixed_labels({10});
  std::vector<int> chosen(10);
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    for (const std::uint32_t row : stratified_split(labels, 1, 0.3, seed).val) ++chosen[row];
  }
  for (const int times : chosen) EXPECT_NEAR(times, 1200, 150);  // five standard deviations
}

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

TEST(LimitedRows, KeepAllRowsWithoutALimitOrWithALargeOne) {
  const Split split = labelled_split({3, 2});
  for (const std::int64_t limit : {0, 5, 6}) EXPECT_EQ(limited_rows(split, 2, 42, CorpusDraw::train_limit, limit), first_rows(5));
}

TEST(LimitedRows, AreNestedAscendAndKeepTheClassesProportions) {
  const std::vector<std::size_t> counts{4000, 2500, 333, 1};
  const Split split = labelled_split(counts);
  Rows smaller;
  for (const std::int64_t limit : {1, 7, 100, 1000, 2000, 6000}) {
    const Rows rows = limited_rows(split, 4, 42, CorpusDraw::train_limit, limit);
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
  EXPECT_EQ(limited_rows(split, 2, 42, CorpusDraw::train_limit, 100), limited_rows(split, 2, 42, CorpusDraw::train_limit, 100));
  EXPECT_NE(limited_rows(split, 2, 42, CorpusDraw::train_limit, 100), limited_rows(split, 2, 43, CorpusDraw::train_limit, 100));
}

}  // namespace
}  // namespace agsweep
