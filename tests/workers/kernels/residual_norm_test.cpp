#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/random_floats.hpp"
#include "workers/kernels/cpu/cpu_kernels.hpp"

namespace agsweep {
namespace {

constexpr std::int64_t rows = 3;

std::vector<double> plain_norm(const std::vector<double>& x, const std::vector<float>& weight, const std::vector<float>& bias) {
  const std::size_t width = weight.size();
  std::vector<double> normed(x.size());
  for (std::size_t row = 0; row < x.size() / width; ++row) {
    double mean = 0;
    double variance = 0;
    for (std::size_t i = 0; i < width; ++i) mean += x[row * width + i] / static_cast<double>(width);
    for (std::size_t i = 0; i < width; ++i) variance += std::pow(x[row * width + i] - mean, 2) / static_cast<double>(width);
    for (std::size_t i = 0; i < width; ++i) {
      normed[row * width + i] = (x[row * width + i] - mean) / std::sqrt(variance + 1e-5) * weight[i] + bias[i];
    }
  }
  return normed;
}

class ResidualNorm : public testing::TestWithParam<std::int64_t> {};

TEST_P(ResidualNorm, AddsTheUpdateThenNormalisesAndHasTheGradientOfBoth) {
  const std::int64_t width = GetParam();
  const auto size = static_cast<std::size_t>(rows * width);
  const auto residual = random_floats(size, 1);
  const auto update = random_floats(size, 2);
  const auto weight = random_floats(static_cast<std::size_t>(width), 3);
  const auto bias = random_floats(static_cast<std::size_t>(width), 4);
  const auto d_normed = random_floats(size, 5);
  const auto d_above = random_floats(size, 6);
  std::vector<float> out(size), normed(size), mean(rows), inverse_std(rows);
  CpuKernels().residual_norm_forward(ResidualNormForward<float>{.rows = rows,
                                                                .width = width,
                                                                .residual_in = residual.data(),
                                                                .update = update.data(),
                                                                .dropout = {},
                                                                .residual_out = out.data(),
                                                                .weight = weight.data(),
                                                                .bias = bias.data(),
                                                                .normed = normed.data(),
                                                                .mean = mean.data(),
                                                                .inverse_std = inverse_std.data()});
  std::vector<double> sum(size);
  for (std::size_t i = 0; i < size; ++i) sum[i] = static_cast<double>(residual[i]) + update[i];
  const auto expected = plain_norm(sum, weight, bias);
  for (std::size_t i = 0; i < size; ++i) ASSERT_NEAR(normed[i], expected[i], 5e-6);

  std::vector<float> d_residual = d_above;
  std::vector<float> d_update(size), d_weight(static_cast<std::size_t>(width), 7.0F), d_bias(static_cast<std::size_t>(width), 7.0F);
  CpuKernels().residual_norm_backward(ResidualNormBackward<float>{.rows = rows,
                                                                  .width = width,
                                                                  .residual = out.data(),
                                                                  .mean = mean.data(),
                                                                  .inverse_std = inverse_std.data(),
                                                                  .weight = weight.data(),
                                                                  .d_normed = d_normed.data(),
                                                                  .d_residual = d_residual.data(),
                                                                  .dropout = {},
                                                                  .d_update = d_update.data(),
                                                                  .d_weight = d_weight.data(),
                                                                  .d_bias = d_bias.data()});
  EXPECT_EQ(d_update, d_residual);  // without dropout an update's gradient is the residual's
  const auto objective = [&](const std::vector<double>& x, const std::vector<float>& w, const std::vector<float>& b) {
    const auto y = plain_norm(x, w, b);
    double value = 0;
    for (std::size_t i = 0; i < size; ++i) value += y[i] * d_normed[i] + x[i] * d_above[i];
    return value;
  };
  constexpr double h = 1e-5;
  for (std::size_t i = 0; i < size; i += 1 + size / 17) {
    auto above = sum;
    auto below = sum;
    above[i] += h;
    below[i] -= h;
    EXPECT_NEAR(d_residual[i], (objective(above, weight, bias) - objective(below, weight, bias)) / (2 * h), 2e-4);
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(width); i += 5) {
    double by_weight = 0;
    double by_bias = 0;
    for (std::size_t row = 0; row < rows; ++row) {
      const std::size_t at = row * static_cast<std::size_t>(width) + i;
      by_weight += d_normed[at] * (expected[at] - bias[i]) / weight[i];
      by_bias += d_normed[at];
    }
    EXPECT_NEAR(d_weight[i], by_weight, 1e-4);
    EXPECT_NEAR(d_bias[i], by_bias, 1e-5);
  }
}

INSTANTIATE_TEST_SUITE_P(Widths, ResidualNorm, testing::Values(8, 16, 50, 192));

TEST(ResidualNormDropout, DropsTheSameElementsForwardAndBackward) {
  constexpr std::int64_t width = 100;
  const DropoutStream stream{.seed = 5, .step = 2, .shard = 1};
  const Dropout dropout{.p = 0.3F, .site = 3, .stream = &stream};
  const std::vector<float> zeros(rows * width), ones(rows * width, 1.0F), weight(width, 1.0F), bias(width);
  std::vector<float> out(rows * width), normed(rows * width), mean(rows), inverse_std(rows);
  CpuKernels().residual_norm_forward(ResidualNormForward<float>{.rows = rows,
                                                                .width = width,
                                                                .residual_in = zeros.data(),
                                                                .update = ones.data(),
                                                                .dropout = dropout,
                                                                .residual_out = out.data(),
                                                                .weight = weight.data(),
                                                                .bias = bias.data(),
                                                                .normed = normed.data(),
                                                                .mean = mean.data(),
                                                                .inverse_std = inverse_std.data()});
  std::vector<float> d_residual(rows * width, 1.0F), d_update(rows * width), d_weight(width), d_bias(width);
  CpuKernels().residual_norm_backward(ResidualNormBackward<float>{.rows = rows,
                                                                  .width = width,
                                                                  .residual = out.data(),
                                                                  .mean = mean.data(),
                                                                  .inverse_std = inverse_std.data(),
                                                                  .weight = weight.data(),
                                                                  .d_normed = zeros.data(),
                                                                  .d_residual = d_residual.data(),
                                                                  .dropout = dropout,
                                                                  .d_update = d_update.data(),
                                                                  .d_weight = d_weight.data(),
                                                                  .d_bias = d_bias.data()});
  EXPECT_EQ(out, d_update);
  const auto dropped = static_cast<double>(std::count(out.begin(), out.end(), 0.0F));
  EXPECT_NEAR(dropped / (rows * width), 0.3, 0.08);
}

}  // namespace
}  // namespace agsweep
