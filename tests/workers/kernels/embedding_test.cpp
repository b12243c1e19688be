#include <gtest/gtest.h>

#include "tests/support/random_floats.hpp"
#include "workers/kernels/cpu/cpu_kernels.hpp"

namespace agsweep {
namespace {

const std::vector<std::int32_t> tokens{4, 1, 4, 0, 4};
const std::vector<std::int32_t> offsets{0, 3, 5};
const Sequences sequences{.offsets = offsets, .rows = 6, .longest = 3};

TEST(Embedding, ScalesTheTokensRowAndAddsItsPosition) {
  const auto table = random_floats(5 * 6, 1);
  const auto positions = random_floats(3 * 6, 2);
  std::vector<float> out(6 * 6, 7.0F);
  CpuKernels().embedding_forward({tokens, sequences, 6, 2.5F, table.data(), positions.data(), {}}, out.data());
  EXPECT_FLOAT_EQ(out[2 * 6 + 1], table[4 * 6 + 1] * 2.5F + positions[2 * 6 + 1]);
  EXPECT_FLOAT_EQ(out[3 * 6 + 5], table[0 * 6 + 5] * 2.5F + positions[0 * 6 + 5]);  // each row counts positions anew
  EXPECT_EQ(out[5 * 6 + 3], 0.0F) << "behind the last sequence";
}

TEST(Embedding, SumsATokensGradientOverItsPlaces) {
  const auto d_out = random_floats(5 * 6, 3);
  // Listed: 0, 1, 2 (which does not occur) and 4.
  const std::vector<std::int32_t> places{3, 1, 0, 2, 4};
  const std::vector<std::int32_t> begins{0, 1, 2, 2, 5};
  std::vector<float> gradient(4 * 6, 7.0F);
  CpuKernels().embedding_backward({tokens, sequences, 6, 2.5F, nullptr, nullptr, {}}, {places, begins}, d_out.data(), gradient.data());
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_FLOAT_EQ(gradient[6 + i], 2.5F * d_out[6 + i]);
    EXPECT_EQ(gradient[12 + i], 0.0F);
    EXPECT_NEAR(gradient[18 + i], 2.5F * (d_out[i] + d_out[12 + i] + d_out[24 + i]), 1e-6);
  }
}

}  // namespace
}  // namespace agsweep
