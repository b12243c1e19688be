#include "base/philox.hpp"

#include <map>
#include <vector>

#include <gtest/gtest.h>

namespace agsweep {
namespace {

// The known answers that the generator's authors publish (Random123, kat_vectors).
TEST(Philox, GivesTheAuthorsKnownAnswers) {
  EXPECT_EQ(philox(0, {0, 0, 0, 0}), (PhiloxBlock{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox(0xffffffffffffffff, {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}),
            (PhiloxBlock{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox(0x299f31d0a4093822, {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}),
            (PhiloxBlock{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(PhiloxStream, DrawsBelowItsBoundUniformly) {
  PhiloxStream stream(7, 1);
  std::array<int, 3> seen{};
  for (int i = 0; i < 30000; ++i) ++seen.at(stream.below(3));
  for (const int count : seen) EXPECT_NEAR(count, 10000, 400);
}

TEST(PhiloxStream, GivesOtherNumbersForAnotherStreamOfTheSameSeed) {
  EXPECT_NE(PhiloxStream(7, 1).next_u32(), PhiloxStream(7, 2).next_u32());
}

TEST(Shuffle, GivesEveryPermutationEquallyOften) {
  PhiloxStream stream(3, 0);
  std::map<std::vector<int>, int> seen;
  for (int i = 0; i < 12'000; ++i) {
    std::vector<int> items{0, 1, 2};
    shuffle(std::span(items), stream);
    ++seen[items];
  }
  EXPECT_EQ(seen.size(), 6U);
  for (const auto& [permutation, times] : seen)
    EXPECT_NEAR(times, 2000, 200) << testing::PrintToString(permutation);  // five standard deviations
}

}  // namespace
}  // namespace agsweep
