#include "workers/kernels/cross_entropy.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "tests/support/random_floats.hpp"

namespace agsweep {
namespace {

TEST(CrossEntropy, OfEqualLogitsIsTheLogarithmOfTheClasses) {
  const std::array<float, 4> logits{};
  const std::array<std::int32_t, 1> label{2};
  EXPECT_NEAR(cross_entropy(logits.data(), label, 4, 0.1, 1, nullptr), std::log(4.0), 1e-12);
}

TEST(CrossEntropy, HasTheGradientOfItsSum) {
  auto logits = random_floats(3 * 4, 1);
  const std::array<std::int32_t, 3> labels{1, 3, 0};
  std::vector<float> d_logits(12);
  cross_entropy(logits.data(), labels, 4, 0.1, 0.5, d_logits.data());
  for (std::size_t i = 0; i < logits.size(); ++i) {
    constexpr float h = 1.0F / 512;
    const float value = logits[i];
    logits[i] = value + h;
    const double above = cross_entropy(logits.data(), labels, 4, 0.1, 0.5, nullptr);
    logits[i] = value - h;
    const double below = cross_entropy(logits.data(), labels, 4, 0.1, 0.5, nullptr);
    logits[i] = value;
    EXPECT_NEAR(d_logits[i], (above - below) / (2.0 * h), 1e-5);
  }
}

TEST(CrossEntropy, StaysFiniteForHugeLogits) {
  const std::array<float, 2> logits{3e38F, -3e38F};
  const std::array<std::int32_t, 1> label{0};
  EXPECT_EQ(cross_entropy(logits.data(), label, 2, 0, 1, nullptr), 0);
}

TEST(PredictedClass, IsTheFirstOfEquals) {
  const std::array<float, 4> logits{0.5F, 2.0F, 2.0F, -1.0F};
  EXPECT_EQ(predicted_class(logits), 1);
}

}  // namespace
}  // namespace agsweep
