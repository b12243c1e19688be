#include <gtest/gtest.h>

#include <array>

#include "base/philox.hpp"
#include "workers/kernels/cpu/dropout_factors.hpp"

namespace agsweep {
namespace {

TEST(DropoutFactors, ComeFromThePhiloxBlocksThatTheHeaderNames) {
  const DropoutStream stream{.seed = 0x123456789ABCDEF0, .step = 11, .shard = 5};
  const Dropout dropout{.p = 0.3F, .site = 2, .stream = &stream};
  const std::int64_t first = 3 * dropout_block;
  std::array<float, dropout_block> factors{};
  dropout_factors(dropout, first, factors.data());
  for (std::uint32_t i = 0; i < dropout_block; ++i) {
    const auto counter = static_cast<std::uint32_t>(first / 4) + i % 16;
    const std::uint32_t word = philox(stream.seed, {counter, dropout.site, stream.shard, stream.step}).at(i / 16);
    const bool kept = word >= static_cast<std::uint32_t>(static_cast<double>(dropout.p) * 4294967296.0);
    EXPECT_EQ(factors.at(i), kept ? 1.0F / (1.0F - 0.3F) : 0.0F) << i;
  }
}

TEST(DropoutFactors, KeepTheExpectedShare) {
  const DropoutStream stream{.seed = 9, .step = 1, .shard = 0};
  const Dropout dropout{.p = 0.25F, .site = 0, .stream = &stream};
  double sum = 0;
  std::array<float, dropout_block> factors{};
  for (std::int64_t block = 0; block < 2000; ++block) {
    dropout_factors(dropout, block * dropout_block, factors.data());
    for (const float factor : factors) sum += factor;
  }
  EXPECT_NEAR(sum / (2000 * dropout_block), 1.0, 0.01);
}

}  // namespace
}  // namespace agsweep
