#include "workers/optim/optimiser.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/random_floats.hpp"

namespace agsweep {
namespace {

Gradient gradient() {
  Gradient g;
  g.embedding.clear(4);
  for (const std::int32_t row : {2, 700}) {
    g.embedding.append_zero_row(row);
    const auto values = random_floats(4, static_cast<std::uint64_t>(row));
    std::copy(values.begin(), values.end(), g.embedding.last_row());
  }
  const auto dense = random_floats(70000, 3);
  g.dense.assign(dense.begin(), dense.end());
  return g;
}

TEST(GradientNorm, CountsSparseAndDensePartsWhateverTheThreads) {
  const Gradient g = gradient();
  double sum = 0;
  for (const float value : g.embedding.values) sum += static_cast<double>(value) * value;
  for (const float value : g.dense) sum += static_cast<double>(value) * value;
  ThreadPool one(1);
  ThreadPool two(2);
  EXPECT_NEAR(gradient_norm(g, one), std::sqrt(sum), 1e-9);
  EXPECT_EQ(gradient_norm(g, one), gradient_norm(g, two));
}

TEST(ClipFactor, ScalesOnlyWhatIsLongerThanTheLimit) {
  EXPECT_EQ(clip_factor(0.5, 1.0), 1.0);
  EXPECT_NEAR(clip_factor(4.0, 1.0), 0.25, 1e-6);
  EXPECT_EQ(clip_factor(4.0, 0.0), 1.0);  // no clipping
}

TEST(Update, DecaysUntouchedRowsAndMovesTouchedOnes) {
  const Gradient g = gradient();
  const std::size_t size = 1000 * 4 + 70000;
  std::vector<float> p(size, 1.0F), m(size), v(size);
  ThreadPool pool(2);
  update({.step = 1, .lr = 0.1, .beta1 = 0.9, .weight_decay = 0.5}, g, {p, m, v, 4000, 4000}, pool, {});
  EXPECT_FLOAT_EQ(p[0], 0.95F);
  // Adam's first step has the length of the learning rate, whatever the gradient's.
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(p[2 * 4 + i], 0.95 - 0.1 * std::copysign(1.0, g.embedding.row(0)[i]), 1e-5);
    EXPECT_NEAR(p[700 * 4 + i], 0.95 - 0.1 * std::copysign(1.0, g.embedding.row(1)[i]), 1e-5);
  }
  for (std::size_t i = 0; i < 70000; i += 997) EXPECT_NEAR(p[4000 + i], 0.95 - 0.1 * std::copysign(1.0, g.dense[i]), 1e-4);
}

}  // namespace
}  // namespace agsweep
