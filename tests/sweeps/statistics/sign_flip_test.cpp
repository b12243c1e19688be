#include "sweeps/statistics/sign_flip.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace agsweep {
namespace {

TEST(SignFlip, OfDifferencesOnOneSideIsTheSmallestPossible) {
  for (std::size_t n = 1; n <= 12; ++n) EXPECT_EQ(sign_flip_p(std::vector<double>(n, 0.1)), 2 / std::exp2(n)) << n;
}

TEST(SignFlip, OfNoDifferenceIsOne) { EXPECT_EQ(sign_flip_p(std::vector<double>(6, 0.0)), 1); }

TEST(SignFlip, CountsSumsThatDifferByRoundingAlone) {
  // 0.3 + 0.1 + 0.2 and 0.1 + 0.2 + 0.3 are different doubles.
  EXPECT_EQ(sign_flip_p(std::vector<double>{0.3, 0.1, 0.2}), sign_flip_p(std::vector<double>{0.1, 0.2, 0.3}));
  EXPECT_EQ(sign_flip_p(std::vector<double>{0.1, 0.2, -0.3}), 1);
}

TEST(SignFlip, TriesAMillionSigns) {
  std::vector<double> differences(most_sign_flips, 1.0);
  differences[3] = -1;
  EXPECT_EQ(sign_flip_p(differences), 2.0 * 21 / std::exp2(20));  // none or one of the other side
}

TEST(PairsNeeded, AreSixForOneTestAndNineForNine) {
  EXPECT_EQ(pairs_needed(1), 6);
  EXPECT_EQ(pairs_needed(2), 7);
  EXPECT_EQ(pairs_needed(5), 8);
  EXPECT_EQ(pairs_needed(9), 9);
}

}  // namespace
}  // namespace agsweep
