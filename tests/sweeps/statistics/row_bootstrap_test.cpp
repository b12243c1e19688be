#include "sweeps/statistics/row_bootstrap.hpp"

#include <gtest/gtest.h>

#include "sweeps/statistics/mcnemar.hpp"

namespace agsweep {
namespace {

std::vector<std::uint8_t> labels(std::size_t rows) {
  std::vector<std::uint8_t> labels(rows);
  for (std::size_t i = 0; i < rows; ++i) labels[i] = i % 2;
  return labels;
}

/// The labels, but for each `period`-th row.
std::vector<std::uint8_t> wrong_each(std::size_t period, std::size_t rows) {
  std::vector<std::uint8_t> predicted = labels(rows);
  for (std::size_t i = 0; i < rows; i += period) predicted[i] = 1 - predicted[i];
  return predicted;
}

TEST(RowBootstrap, OfTheSamePredictionsIsZero) {
  const Interval interval =
      row_interval({.classes = 2, .labels = labels(200), .first = {wrong_each(10, 200)}, .second = {wrong_each(10, 200)}}, 200, 1);
  EXPECT_EQ(interval.low, 0);
  EXPECT_EQ(interval.high, 0);
}

TEST(RowBootstrap, ExcludesZeroOnlyWithRowsEnough) {
  const auto interval = [](std::size_t rows) {
    return row_interval({.classes = 2, .labels = labels(rows), .first = {wrong_each(50, rows)}, .second = {wrong_each(10, rows)}}, 400, 1);
  };
  EXPECT_TRUE(interval(20).contains(0));
  EXPECT_GT(interval(2000).low, 0.05);
}

TEST(MacroF1, LeavesOutAClassThatIsNowhere) {
  const std::vector<std::uint8_t> all = {0, 1, 0, 1};
  EXPECT_EQ(macro_f1(all, all, 4), 1);
}

TEST(McNemar, IsOneWhereNothingDiffers) { EXPECT_EQ(mcnemar_p(0, 0), 1); }

}  // namespace
}  // namespace agsweep
