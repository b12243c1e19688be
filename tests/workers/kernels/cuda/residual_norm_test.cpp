#include "workers/kernels/residual_norm.hpp"

#include "tests/workers/kernels/cuda/both_kernels.hpp"

namespace agsweep {
namespace {

template <typename Act>
class CudaResidualNorm : public testing::Test {};
using Acts = testing::Types<float, BFloat16>;
TYPED_TEST_SUITE(CudaResidualNorm, Acts);

TYPED_TEST(CudaResidualNorm, ForwardIsTheCpus) {
  Draw draw(1);
  for (int i = 0; i < random_cases; ++i) {
    const std::int64_t width = draw.width();
    const std::int64_t rows = draw.one_of<std::int64_t>({0, 1, 7, 8, 9, draw.between(1, 40)});
    SCOPED_TRACE(testing::Message() << rows << " x " << width);
    const auto residual = draw.values<float>(rows * width);
    const auto update = draw.values<TypeParam>(rows * width);
    const auto weight = draw.values<float>(width);
    const auto bias = draw.values<float>(width);
    const bool updates = draw.toss();
    const Dropout dropout = draw.dropout();
    struct Result {
      DeviceVector<float> out, mean, inverse_std;
      DeviceVector<TypeParam> normed;
    };
    const auto run = [&](Kernels& kernels) {
      Result r{unwritten<float>(rows * width), unwritten<float>(rows), unwritten<float>(rows), unwritten<TypeParam>(rows * width)};
      kernels.residual_norm_forward({.rows = rows,
                                     .width = width,
                                     .residual_in = residual.data(),
                                     .update = updates ? update.data() : nullptr,
                                     .dropout = dropout,
                                     .residual_out = r.out.data(),
                                     .weight = weight.data(),
                                     .bias = bias.data(),
                                     .normed = r.normed.data(),
                                     .mean = r.mean.data(),
                                     .inverse_std = r.inverse_std.data()});
      return r;
    };
    CpuKernels cpu;
    KernelsUnderTest cuda;
    const Result expected = run(cpu);
    const Result actual = run(*cuda);
    cuda.wait();
    if (updates) expect_close(expected.out, actual.out, 1e-6);
    expect_close(expected.mean, actual.mean, 1e-5);
    if (width > 1) {  // one element's variance is nothing but rounding
      expect_close(expected.inverse_std, actual.inverse_std, 1e-4);
      expect_close(expected.normed, actual.normed, rounding<TypeParam>);
    }
  }
}

TYPED_TEST(CudaResidualNorm, BackwardIsTheCpus) {
  Draw draw(2);
  for (int i = 0; i < random_cases; ++i) {
    const std::int64_t width = draw.width();
    const std::int64_t rows = draw.one_of<std::int64_t>({0, 1, 8, 9, draw.between(1, 40)});
    SCOPED_TRACE(testing::Message() << rows << " x " << width);
    const auto residual = draw.values<float>(rows * width);
    const auto mean = draw.values<float>(rows);
    const auto inverse_std = draw.values<float>(rows);
    const auto weight = draw.values<float>(width);
    const auto d_normed = draw.values<TypeParam>(rows * width);
    const auto d_above = draw.values<float>(rows * width);
    const bool trained = draw.toss();
    const bool updates = draw.toss();
    const Dropout dropout = draw.dropout();
    struct Result {
      DeviceVector<float> d_residual, d_weight, d_bias;
      DeviceVector<TypeParam> d_update;
    };
    const auto run = [&](Kernels& kernels) {
      Result r{d_above, unwritten<float>(width), unwritten<float>(width), unwritten<TypeParam>(rows * width)};
      kernels.residual_norm_backward({.rows = rows,
                                      .width = width,
                                      .residual = residual.data(),
                                      .mean = mean.data(),
                                      .inverse_std = inverse_std.data(),
                                      .weight = weight.data(),
                                      .d_normed = d_normed.data(),
                                      .d_residual = r.d_residual.data(),
                                      .dropout = dropout,
                                      .d_update = updates ? r.d_update.data() : nullptr,
                                      .d_weight = trained ? r.d_weight.data() : nullptr,
                                      .d_bias = trained ? r.d_bias.data() : nullptr});
      return r;
    };
    CpuKernels cpu;
    KernelsUnderTest cuda;
    const Result expected = run(cpu);
    const Result actual = run(*cuda);
    cuda.wait();
    expect_close(expected.d_residual, actual.d_residual, 1e-5);
    if (updates) expect_close(expected.d_update, actual.d_update, rounding<TypeParam>);
    if (updates && rows > 0) expect_same_zeros(expected.d_update, actual.d_update);
    if (trained) expect_close(expected.d_weight, actual.d_weight, 1e-4);
    if (trained) expect_close(expected.d_bias, actual.d_bias, 1e-4);
  }
}

TEST(CudaResidualNormGradient, HasTheSameBitsInAnyOrderOfTheDevicesThreads) {
  Draw draw(3);
  const std::int64_t rows = 40;
  const std::int64_t width = 192;
  const auto residual = draw.values<float>(rows * width);
  const auto row_values = draw.values<float>(rows);
  const auto weight = draw.values<float>(width);
  const auto d_normed = draw.values<float>(rows * width);
  DeviceVector<float> first;
  KernelsUnderTest cuda;
  for (int i = 0; i < 3; ++i) {
    DeviceVector<float> d_residual(residual.size());
    auto d_weight = unwritten<float>(2 * width);
    cuda->residual_norm_backward(ResidualNormBackward<float>{.rows = rows,
                                                             .width = width,
                                                             .residual = residual.data(),
                                                             .mean = row_values.data(),
                                                             .inverse_std = row_values.data(),
                                                             .weight = weight.data(),
                                                             .d_normed = d_normed.data(),
                                                             .d_residual = d_residual.data(),
                                                             .dropout = {},
                                                             .d_update = nullptr,
                                                             .d_weight = d_weight.data(),
                                                             .d_bias = d_weight.data() + width});
    cuda.wait();
    if (i == 0) first = d_weight;
    EXPECT_EQ(d_weight, first);
  }
}

}  // namespace
}  // namespace agsweep
