#include "workers/kernels/cross_entropy.hpp"

#include "tests/workers/kernels/cuda/both_kernels.hpp"

namespace agsweep {
namespace {

struct LossCase {
  std::int64_t classes;
  DeviceVector<std::int32_t> labels;
  DeviceVector<float> logits;

  struct Result {
    DeviceVector<double> loss;
    DeviceVector<float> d_logits;
    DeviceVector<std::int64_t> confusion;
  };
  Result run(Kernels& kernels, bool all) const {
    Result r{.loss = {-1.0},
             .d_logits = unwritten<float>(static_cast<std::int64_t>(logits.size())),
             .confusion = DeviceVector<std::int64_t>(static_cast<std::size_t>(classes * classes), -1)};
    kernels.cross_entropy({.logits = logits.data(),
                           .labels = labels,
                           .classes = classes,
                           .smoothing = 0.1,
                           .scale = 1.0 / 96,
                           .loss = r.loss.data(),
                           .d_logits = all ? r.d_logits.data() : nullptr,
                           .confusion = all ? r.confusion.data() : nullptr});
    return r;
  }
};

TEST(CudaCrossEntropy, IsTheCpus) {
  Draw draw(1);
  for (int i = 0; i < random_cases; ++i) {
    LossCase c{.classes = draw.one_of<std::int64_t>({2, 3, 5, 8, 33, 64, 256, draw.between(2, 256)}), .labels = {}, .logits = {}};
    const std::int64_t rows = draw.one_of<std::int64_t>({0, 1, 40, 192, c.classes <= 4 ? 1100 : 130});
    SCOPED_TRACE(testing::Message() << rows << " x " << c.classes);
    c.labels = draw.indices(rows, c.classes);
    c.logits = draw.values<float>(rows * c.classes);
    for (float& logit : c.logits) logit = std::round(logit * 40) / 4;  // with equals among them
    const bool all = i % 3 != 0;
    CpuKernels cpu;
    KernelsUnderTest cuda;
    const auto expected = c.run(cpu, all);
    const auto actual = c.run(*cuda, all);
    cuda.wait();
    EXPECT_NEAR(actual.loss[0], expected.loss[0], 1e-12 * (1 + std::fabs(expected.loss[0])));
    EXPECT_EQ(actual.confusion, expected.confusion);
    if (all) expect_close(expected.d_logits, actual.d_logits, 1e-6);
  }
}

TEST(CudaCrossEntropy, CountsARowWithANaNAsTheCpuDoes) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  constexpr float infinity = std::numeric_limits<float>::infinity();
  for (const std::int64_t classes : {3, 20, 100}) {
    LossCase c{.classes = classes, .labels = {1, 1, 2, 0, 2}, .logits = DeviceVector<float>(static_cast<std::size_t>(5 * classes), -2.0F)};
    const auto row = [&](std::int64_t index) { return c.logits.data() + index * classes; };
    row(0)[0] = nan;
    row(1)[2] = nan;
    row(2)[1] = infinity;
    for (std::int64_t i = 0; i < classes; ++i) row(3)[i] = -infinity;
    row(3)[1] = nan;
    CpuKernels cpu;
    KernelsUnderTest cuda;
    const auto actual = c.run(*cuda, true);
    cuda.wait();
    EXPECT_EQ(actual.confusion, c.run(cpu, true).confusion);
    EXPECT_TRUE(std::isnan(actual.loss[0]));
  }
}

}  // namespace
}  // namespace agsweep
