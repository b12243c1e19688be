#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/support/random_floats.hpp"
#include "workers/kernels/cpu/cpu_kernels.hpp"

namespace agsweep {
namespace {

constexpr std::int64_t rows = 40, width = 100;  // a width that fills no whole generator block
const DropoutStream stream{.seed = 9, .step = 2, .shard = 3};
const Dropout half{.p = 0.5F, .site = 4, .stream = &stream};

TEST(DroppedRows, KeepHalfOfTheElementsTwiceAsLarge) {
  const auto from = random_floats(rows * width, 1);
  std::vector<float> to(from.size());
  CpuKernels().drop_rows(half, rows, width, from.data(), to.data());
  for (std::size_t i = 0; i < to.size(); ++i) ASSERT_TRUE(to[i] == 0.0F || to[i] == 2 * from[i]) << i;
  EXPECT_NEAR(static_cast<double>(std::count(to.begin(), to.end(), 0.0F)), 2000, 4 * 31.6);  // binomial: 4 standard deviations
}

TEST(DroppedRows, AddTheSameMaskInTheBackwardPass) {
  const std::vector<float> ones(rows * width, 1.0F);
  std::vector<float> forward(ones.size());
  std::vector<float> backward(ones.size(), 10.0F);
  CpuKernels().drop_rows(half, rows, width, ones.data(), forward.data());
  CpuKernels().add_dropped_rows(half, rows, width, ones.data(), backward.data());
  for (std::size_t i = 0; i < ones.size(); ++i) ASSERT_EQ(backward[i], 10.0F + forward[i]) << i;
}

TEST(DroppedRows, WithoutDropoutAreTheInput) {
  const auto from = random_floats(rows * width, 1);
  std::vector<float> to(from.size());
  CpuKernels().drop_rows({}, rows, width, from.data(), to.data());
  EXPECT_EQ(to, from);
}

}  // namespace
}  // namespace agsweep
