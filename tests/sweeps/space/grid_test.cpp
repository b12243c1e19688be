#include "sweeps/space/grid.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace agsweep {
namespace {

using testing::ElementsAre;

Parameter whole(double low, double high) { return {.key = "n", .scale = Scale::integer, .low = low, .high = high}; }
Parameter texts(std::size_t count) {
  return {.key = "t", .scale = Scale::values, .values = std::vector<ParameterValue>(count, std::string("x"))};
}

TEST(Grid, VariesTheLastKeyFastest) {
  const SearchSpace space = {texts(2), whole(3, 5)};
  std::vector<Point> points;
  for (std::int64_t rank = 0; rank < grid_size(space, 100); ++rank) points.push_back(grid_point(space, rank));
  EXPECT_THAT(points, ElementsAre(Point{0, 3}, Point{0, 4}, Point{0, 5}, Point{1, 3}, Point{1, 4}, Point{1, 5}));
}

TEST(Grid, FindsTheRankOfEachPointAndNoneOutside) {
  const SearchSpace space = {whole(-2, 2), texts(3), whole(1, 7)};
  for (std::int64_t rank = 0; rank < grid_size(space, 1000); ++rank) EXPECT_EQ(grid_rank(space, grid_point(space, rank)), rank);
  EXPECT_EQ(grid_rank(space, {3, 0, 1}), std::nullopt);
  EXPECT_EQ(grid_rank(space, {-2, 0, 0}), std::nullopt);
}

TEST(Grid, CountsUpToALimitWithoutOverflow) {
  EXPECT_EQ(grid_size({whole(1, 10), texts(10)}, 100), 100);
  EXPECT_EQ(grid_size({whole(1, 10), texts(11)}, 100), 101);
  const double most = 0x1p53;
  EXPECT_EQ(grid_size({whole(-most, most), whole(-most, most), whole(-most, most)}, 100), 101);
}

TEST(Grid, IsOfWholeNumbersAndListsAlone) {
  EXPECT_TRUE(is_finite(texts(1)));
  EXPECT_TRUE(is_finite(whole(1, 2)));
  for (const Scale scale : {Scale::log, Scale::range, Scale::log_integer}) EXPECT_FALSE(is_finite({.key = "x", .scale = scale}));
}

}  // namespace
}  // namespace agsweep
