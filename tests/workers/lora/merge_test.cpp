#include "workers/lora/merge.hpp"

#include <algorithm>  // std::max
#include <cmath>      // std::abs
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/random_floats.hpp"

namespace agsweep {
namespace {

/// The largest difference from the same sum in doubles, and the largest weight.
struct Difference {
  double difference = 0;
  double largest = 0;
};

Difference difference(std::size_t in, std::size_t out, std::size_t rank, double scale) {
  const auto weight = random_floats(in * out, 1), a = random_floats(rank * in, 2), b = random_floats(out * rank, 3);
  std::vector<float> merged(weight.begin(), weight.end());
  merge_adapter(merged, a, b, static_cast<std::int64_t>(rank), scale);
  Difference found;
  for (std::size_t i = 0; i < in; ++i) {
    for (std::size_t o = 0; o < out; ++o) {
      double sum = 0;
      for (std::size_t k = 0; k < rank; ++k) sum += double{b[o * rank + k]} * double{a[k * in + i]};
      const double expected = double{weight[i * out + o]} + scale * sum;
      found.difference = std::max(found.difference, std::abs(expected - double{merged[i * out + o]}));
      found.largest = std::max(found.largest, std::abs(expected));
    }
  }
  return found;
}

TEST(MergeAdapter, EqualsTheSumInDoublesToRounding) {
  struct Shape {
    std::size_t in, out, rank;
  };
  // out: below, at and beyond whole registers; in: no multiple of the rows worked on at once; ranks of one and wider than the matrix.
  for (const Shape& shape : {Shape{1, 1, 1}, {5, 15, 1}, {7, 16, 2}, {13, 33, 3}, {64, 192, 8}, {31, 70, 256}, {192, 64, 256}}) {
    const auto [worst, largest] = difference(shape.in, shape.out, shape.rank, 0.7);
    EXPECT_LT(worst, 1e-6 * largest) << shape.in << " x " << shape.out << ", rank " << shape.rank;
  }
}

TEST(MergeAdapter, LeavesTheWeightsWhereBIsZero) {
  const auto before = random_floats(6 * 20, 1), a = random_floats(2 * 6, 2);
  std::vector<float> weight(before.begin(), before.end());
  const std::vector<float> b(20 * 2);
  merge_adapter(weight, a, b, 2, 3.0);
  EXPECT_TRUE(std::equal(weight.begin(), weight.end(), before.begin()));
}

}  // namespace
}  // namespace agsweep
