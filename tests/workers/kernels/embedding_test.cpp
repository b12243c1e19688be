#include "workers/kernels/embedding.hpp"

#include <gtest/gtest.h>

#include "tests/support/random_floats.hpp"

namespace agsweep {
namespace {

const std::vector<std::int32_t> tokens{4, 1, 4, 0, 4};
const std::vector<std::int32_t> offsets{0, 3, 5};

TEST(Embedding, ScalesTheTokensRowAndAddsItsPosition) {
  const auto table = random_floats(5 * 6, 1);
  const auto positions = random_floats(3 * 6, 2);
  std::vector<float> out(5 * 6);
  embedding_forward({tokens, offsets, 6, 2.5F, table.data(), positions.data(), {}}, out.data());
  EXPECT_FLOAT_EQ(out[2 * 6 + 1], table[4 * 6 + 1] * 2.5F + positions[2 * 6 + 1]);
  EXPECT_FLOAT_EQ(out[3 * 6 + 5], table[0 * 6 + 5] * 2.5F + positions[0 * 6 + 5]);  // each row counts positions anew
}

TEST(Embedding, SumsATokensGradientOverItsPlaces) {
  const auto d_out = random_floats(5 * 6, 3);
  RowSparse gradient;
  embedding_backward({tokens, offsets, 6, 2.5F, nullptr, nullptr, {}}, d_out.data(), gradient);
  EXPECT_EQ(gradient.rows, (std::vector<std::int32_t>{0, 1, 4}));
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_FLOAT_EQ(gradient.row(1)[i], 2.5F * d_out[6 + i]);
    EXPECT_NEAR(gradient.row(2)[i], 2.5F * (d_out[i] + d_out[12 + i] + d_out[24 + i]), 1e-6);
  }
}

TEST(SinusoidalPositions, HaveSineAtEvenAndCosineAtOddChannels) {
  const auto positions = sinusoidal_positions(3, 4);
  EXPECT_FLOAT_EQ(positions[0], 0.0F);
  EXPECT_FLOAT_EQ(positions[1], 1.0F);
  EXPECT_NEAR(positions[2 * 4 + 0], 0.909297427, 1e-6);  // sin 2
  EXPECT_NEAR(positions[2 * 4 + 3], 0.999800007, 1e-6);  // cos(2 / 100)
}

}  // namespace
}  // namespace agsweep
