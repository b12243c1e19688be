#include "sweeps/sample/sobol.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <utility>  // std::pair

namespace agsweep {
namespace {

constexpr std::int64_t last_index = (std::int64_t{1} << 32) - 1;

TEST(SobolDigits, BeginWithTheOriginAndReachTheEndOfTheSequence) {
  EXPECT_EQ(sobol_digits(3, 0), std::vector<std::uint32_t>(3, 0));
  EXPECT_EQ(sobol_digits(3, 1), std::vector<std::uint32_t>(3, 1U << 31));
  EXPECT_EQ(sobol_digits(3, last_index).size(), 3);
}

TEST(ScrambledSobol, IsAFunctionOfSeedAndIndex) {
  const ScrambledSobol sequence(5, 3), same(5, 3), other(5, 4);
  for (const std::int64_t index : {std::int64_t{0}, std::int64_t{1}, std::int64_t{1000}, last_index}) {
    EXPECT_EQ(sequence.point(index), same.point(index));
    EXPECT_NE(sequence.point(index), other.point(index));
  }
}

TEST(ScrambledSobol, GivesADimensionTheSameNumbersWhateverTheOthers) {
  const std::vector<double> two = ScrambledSobol(2, 9).point(77), five = ScrambledSobol(5, 9).point(77);
  EXPECT_EQ(two, std::vector<double>(five.begin(), five.begin() + 2));
}

// Scrambling keeps the sequence a net: a bug in the matrix would leave an interval empty.
TEST(ScrambledSobol, PutsOnePointInEachIntervalOfEachDimension) {
  constexpr std::int64_t count = 1024;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const ScrambledSobol sequence(20, seed);
    std::vector<std::set<int>> taken(20);
    for (std::int64_t index = 0; index < count; ++index) {
      const std::vector<double> point = sequence.point(index);
      for (std::size_t i = 0; i < point.size(); ++i) taken[i].insert(static_cast<int>(std::floor(point[i] * count)));
    }
    for (const std::set<int>& intervals : taken) EXPECT_EQ(intervals.size(), count);
  }
}

TEST(ScrambledSobol, PutsOnePointInEachCellOfItsFirstTwoDimensions) {
  const ScrambledSobol sequence(2, 11);
  for (int bits = 0; bits <= 8; ++bits) {  // cells 2^-bits wide and 2^(bits - 8) high
    std::set<std::pair<int, int>> cells;
    for (std::int64_t index = 256; index < 512; ++index) {
      const std::vector<double> point = sequence.point(index);
      cells.emplace(static_cast<int>(std::ldexp(point[0], bits)), static_cast<int>(std::ldexp(point[1], 8 - bits)));
    }
    EXPECT_EQ(cells.size(), 256) << bits;
  }
}

TEST(ScrambledSobol, IsUniformOverSeedsAtEachIndex) {
  constexpr int seeds = 4000, cells = 40;
  constexpr double expected = 1.0 * seeds / cells;
  for (const std::int64_t index : {0, 1, 2, 77}) {
    std::vector<double> counts(cells, 0);
    for (int seed = 0; seed < seeds; ++seed) {
      const double number = ScrambledSobol(2, static_cast<std::uint64_t>(seed)).point(index)[1];
      ++counts.at(static_cast<std::size_t>(number * cells));
    }
    double chi_square = 0;
    for (const double count : counts) chi_square += std::pow(count - expected, 2) / expected;
    EXPECT_LT(chi_square, 72.06) << index;  // the 99.9th percentile for 39 degrees of freedom
  }
}

}  // namespace
}  // namespace agsweep
