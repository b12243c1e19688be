#include "workers/random_normal.hpp"

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/sha256.hpp"

namespace agsweep {
namespace {

std::vector<float> draws(std::uint64_t seed, std::string_view name, std::size_t count, double std = 1) {
  std::vector<float> values(count);
  fill_normal(stream_of_name(seed, name), std, values);
  return values;
}

TEST(StreamOfName, IsNumberedByTheNamesSha256) {
  const std::string name = "wte.weight";
  const std::string digest = sha256(std::as_bytes(std::span(name)));
  EXPECT_EQ(stream_of_name(7, name).next_u32(), PhiloxStream(7, std::stoull(digest.substr(0, 16), nullptr, 16)).next_u32());
}

TEST(FillNormal, GivesTheSameNumbersForTheSameSeedAndNameAlone) {
  EXPECT_EQ(draws(1, "a", 10), draws(1, "a", 10));
  EXPECT_NE(draws(1, "a", 10), draws(2, "a", 10));
  EXPECT_NE(draws(1, "a", 10), draws(1, "b", 10));
}

TEST(FillNormal, GivesAPrefixOfTheSameNumbersForAnOddCount) {
  std::vector<float> longer = draws(1, "a", 8);
  longer.resize(7);
  EXPECT_EQ(draws(1, "a", 7), longer);
}

TEST(FillNormal, HasTheMomentsOfANormalDistribution) {
  constexpr std::size_t count = 1'000'000;
  std::array<double, 5> moments{};
  for (const float value : draws(1, "a", count, 3)) {
    for (std::size_t power = 1; power < moments.size(); ++power) moments[power] += std::pow(double{value} / 3, power) / count;
  }
  // Standard errors: 1, sqrt(2), sqrt(15), sqrt(96) thousandths.
  EXPECT_NEAR(moments[1], 0, 0.004);
  EXPECT_NEAR(moments[2], 1, 0.006);
  EXPECT_NEAR(moments[3], 0, 0.016);
  EXPECT_NEAR(moments[4], 3, 0.04);
}

}  // namespace
}  // namespace agsweep
