#include "workers/optim/optimiser.hpp"

#include "tests/workers/kernels/cuda/both_kernels.hpp"
#include "workers/optim/squared_norm.hpp"

namespace agsweep {
namespace {

constexpr AdamWFactors factors{.decay = 0.999F,
                               .one_minus_beta1 = 0.1F,
                               .beta2 = 0.999F,
                               .one_minus_beta2 = 0.001F,
                               .step_size = 0.01F,
                               .second_scale = 3.0F,
                               .epsilon = 1e-8F,
                               .gradient_scale = -1};

/// Weights and moments.
struct Weights {
  DeviceVector<float> parameters, first_moment, second_moment;

  Weights(Draw& draw, std::int64_t count)
      : parameters(draw.values<float>(count)), first_moment(draw.values<float>(count)), second_moment(draw.values<float>(count)) {
    for (float& value : second_moment) value = std::fabs(value);
  }
};

/// As workers/optim/adamw.cpp computes it.
void update(Weights& w, std::size_t i, float gradient, float gradient_scale) {
  const AdamWFactors& f = factors;
  const float g = gradient * gradient_scale;
  float& m = w.first_moment[i];
  float& v = w.second_moment[i];
  m += f.one_minus_beta1 * (g - m);
  v = f.beta2 * v + f.one_minus_beta2 * g * g;
  w.parameters[i] = w.parameters[i] * f.decay - f.step_size * m / (std::sqrt(v) * f.second_scale + f.epsilon);
}

void expect_same(const Weights& expected, const Weights& actual) {
  EXPECT_EQ(expected.parameters, actual.parameters);
  EXPECT_EQ(expected.first_moment, actual.first_moment);
  EXPECT_EQ(expected.second_moment, actual.second_moment);
}

TEST(CudaClip, GivesTheNormAndTheFactorOfTheCpu) {
  Draw draw(1);
  for (const std::int64_t count : {0, 1, 5, 1024, 3001, 9000, 20000}) {
    for (const std::int64_t shift : {0, 1}) {
      const auto gradient = draw.values<float>(count + shift);
      const DeviceVector<double> loss{1.0};
      const double norm = std::sqrt(
          squared_norm(std::span<const float>(gradient).subspan(static_cast<std::size_t>(shift), static_cast<std::size_t>(count))));
      for (const double max_norm : {0.0, 0.5, 1e6}) {
        DeviceVector<ClipResult> result{{.norm = -1, .gradient_scale = -1, .skips = 0}};
        KernelsUnderTest()->clip(
            {.gradient = gradient.data() + shift, .count = count, .loss = loss.data(), .max_norm = max_norm, .result = result.data()});
        EXPECT_NEAR(result[0].norm, norm, 1e-12 * norm);
        EXPECT_FLOAT_EQ(result[0].gradient_scale, static_cast<float>(clip_factor(norm, max_norm)));
        EXPECT_EQ(result[0].skips, 0);
      }
    }
  }
}

TEST(CudaClip, SkipsFromTheFirstStepThatIsNotFinite) {
  DeviceVector<float> gradient(5000, 1.0F);
  DeviceVector<double> loss{1.0};
  DeviceVector<ClipResult> result(1);
  KernelsUnderTest cuda;
  const auto skips = [&] {
    cuda->clip({.gradient = gradient.data(), .count = 5000, .loss = loss.data(), .max_norm = 1, .result = result.data()});
    cuda.wait();
    return result[0].skips;
  };
  EXPECT_EQ(skips(), 0);
  loss[0] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(skips(), 1);
  loss[0] = 1;
  EXPECT_EQ(skips(), 1);  // until the host clears it
  result[0].skips = 0;
  gradient[4321] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(skips(), 1);
}

TEST(CudaAdamW, UpdatesToTheCpusBits) {
  const DeviceVector<AdamWFactors> device_factors{factors};
  Draw draw(2);
  for (const std::int64_t count : {0, 1, 3, 1024, 4099}) {
    for (const std::int64_t shift : {0, 1}) {
      const auto gradient = draw.values<float>(count + shift);
      Weights expected(draw, count + shift);
      Weights actual = expected;
      auto low = unwritten<BFloat16>(count + shift);
      const DeviceVector<ClipResult> clip{{.norm = 1, .gradient_scale = 0.7F, .skips = 0}};
      KernelsUnderTest()->adamw({.factors = device_factors.data(),
                                 .clip = clip.data(),
                                 .count = count,
                                 .gradient = gradient.data() + shift,
                                 .parameters = actual.parameters.data() + shift,
                                 .first_moment = actual.first_moment.data() + shift,
                                 .second_moment = actual.second_moment.data() + shift,
                                 .low = low.data() + shift});
      for (auto i = static_cast<std::size_t>(shift); i < gradient.size(); ++i) {
        update(expected, i, gradient[i], 0.7F);
        BFloat16 rounded{};
        assign(rounded, expected.parameters[i]);
        ASSERT_EQ(low[i].bits, rounded.bits);
      }
      expect_same(expected, actual);
    }
  }
}

TEST(CudaAdamW, UpdatesEveryRowOfAnEmbeddingAndReadsTheListedRowsGradient) {
  const DeviceVector<AdamWFactors> device_factors{factors};
  Draw draw(3);
  for (const std::int64_t width : {1, 6, 64, 192, 193}) {
    const std::int64_t rows = 40;
    const DeviceVector<std::int32_t> listed{7, -1, 0, 39, -1};
    const auto gradient = draw.values<float>(static_cast<std::int64_t>(listed.size()) * width);
    DeviceVector<std::int32_t> of_row(rows, 99);
    Weights expected(draw, rows * width);
    Weights actual = expected;
    const DeviceVector<ClipResult> clip{{.norm = 1, .gradient_scale = 0.7F, .skips = 0}};
    KernelsUnderTest cuda;
    cuda->index_rows(listed.data(), static_cast<std::int64_t>(listed.size()), of_row.data(), rows);
    cuda->adamw({.factors = device_factors.data(),
                 .clip = clip.data(),
                 .rows = rows,
                 .width = width,
                 .gradient_row = of_row.data(),
                 .gradient = gradient.data(),
                 .parameters = actual.parameters.data(),
                 .first_moment = actual.first_moment.data(),
                 .second_moment = actual.second_moment.data()});
    cuda.wait();
    for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
      EXPECT_EQ(of_row[row], row == 7 ? 0 : row == 0 ? 2 : row == 39 ? 3 : -1);
      for (std::size_t i = 0; i < static_cast<std::size_t>(width); ++i) {
        const float g = of_row[row] < 0 ? 0 : gradient[static_cast<std::size_t>(of_row[row]) * static_cast<std::size_t>(width) + i];
        update(expected, row * static_cast<std::size_t>(width) + i, g, 0.7F);
      }
    }
    expect_same(expected, actual);
  }
}

TEST(CudaAdamW, ChangesNothingInAStepThatIsSkipped) {
  const DeviceVector<AdamWFactors> device_factors{factors};
  Draw draw(4);
  const auto gradient = draw.values<float>(64);
  const Weights before(draw, 64);
  Weights after = before;
  const DeviceVector<std::int32_t> of_row{0};
  const DeviceVector<ClipResult> clip{{.norm = 1, .gradient_scale = 1, .skips = 1}};
  KernelsUnderTest cuda;
  cuda->adamw(AdamWUpdate{.factors = device_factors.data(),
                          .clip = clip.data(),
                          .count = 64,
                          .gradient = gradient.data(),
                          .parameters = after.parameters.data(),
                          .first_moment = after.first_moment.data(),
                          .second_moment = after.second_moment.data(),
                          .low = nullptr});
  cuda->adamw(EmbeddingAdamWUpdate{.factors = device_factors.data(),
                                   .clip = clip.data(),
                                   .rows = 1,
                                   .width = 64,
                                   .gradient_row = of_row.data(),
                                   .gradient = gradient.data(),
                                   .parameters = after.parameters.data(),
                                   .first_moment = after.first_moment.data(),
                                   .second_moment = after.second_moment.data()});
  cuda.wait();
  expect_same(before, after);
}

}  // namespace
}  // namespace agsweep
