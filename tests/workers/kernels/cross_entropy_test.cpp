#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "tests/support/random_floats.hpp"
#include "workers/kernels/cpu/cpu_kernels.hpp"

namespace agsweep {
namespace {

double cross_entropy(std::span<const float> logits, std::span<const std::int32_t> labels, double smoothing, double scale,
                     float* d_logits = nullptr) {
  double loss = 0;
  CpuKernels().cross_entropy({.logits = logits.data(),
                              .labels = labels,
                              .classes = static_cast<std::int64_t>(logits.size() / labels.size()),
                              .smoothing = smoothing,
                              .scale = scale,
                              .loss = &loss,
                              .d_logits = d_logits,
                              .confusion = nullptr});
  return loss;
}

TEST(CrossEntropy, OfEqualLogitsIsTheLogarithmOfTheClasses) {
  const std::array<float, 4> logits{};
  const std::array<std::int32_t, 1> label{2};
  EXPECT_NEAR(cross_entropy(logits, label, 0.1, 1), std::log(4.0), 1e-12);
}

TEST(CrossEntropy, HasTheGradientOfItsSum) {
  auto logits = random_floats(3 * 4, 1);
  const std::array<std::int32_t, 3> labels{1, 3, 0};
  std::vector<float> d_logits(12);
  cross_entropy(logits, labels, 0.1, 0.5, d_logits.data());
  for (std::size_t i = 0; i < logits.size(); ++i) {
    constexpr float h = 1.0F / 512;
    const float value = logits[i];
    logits[i] = value + h;
    const double above = cross_entropy(logits, labels, 0.1, 0.5);
    logits[i] = value - h;
    const double below = cross_entropy(logits, labels, 0.1, 0.5);
    logits[i] = value;
    EXPECT_NEAR(d_logits[i], (above - below) / (2.0 * h), 1e-5);
  }
}

TEST(CrossEntropy, StaysFiniteForHugeLogits) {
  const std::array<float, 2> logits{3e38F, -3e38F};
  const std::array<std::int32_t, 1> label{0};
  EXPECT_EQ(cross_entropy(logits, label, 0, 1), 0);
}

TEST(CrossEntropy, CountsRowsByLabelAndPredictedClass) {
  const std::array<float, 6> logits{1, 0, 0, 1, 3, 2};
  const std::array<std::int32_t, 3> labels{0, 0, 1};
  double loss = 0;
  std::array<std::int64_t, 4> confusion{7, 7, 7, 7};
  CpuKernels().cross_entropy({.logits = logits.data(),
                              .labels = labels,
                              .classes = 2,
                              .smoothing = 0,
                              .scale = 1,
                              .loss = &loss,
                              .d_logits = nullptr,
                              .confusion = confusion.data()});
  EXPECT_EQ(confusion, (std::array<std::int64_t, 4>{1, 1, 1, 0}));
}

TEST(PredictedClass, IsTheFirstOfEquals) {
  const std::array<float, 4> logits{0.5F, 2.0F, 2.0F, -1.0F};
  EXPECT_EQ(predicted_class(logits), 1);
}

}  // namespace
}  // namespace agsweep
