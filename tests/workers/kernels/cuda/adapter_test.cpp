#include <algorithm>  // std::min
#include <string>

#include "tests/workers/kernels/cuda/both_kernels.hpp"

namespace agsweep {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr int cases = 4;
#else
constexpr int cases = 16;
#endif

/// An adapter's layer, and what its passes read.
struct Case {
  /// @param most  columns that all rows of A have together
  explicit Case(Draw& draw, std::int64_t most = 64 * 1600)
      : rank(draw.one_of<std::int64_t>({1, 7, 8, 9, 16, 32, 33, 64, draw.between(1, 64)})),
        width(std::min(most / rank / 4 * 4, draw.one_of<std::int64_t>({4, 60, 64, 100, 192, 256, 260, 768, 4 * draw.between(1, 400)}))),
        rows(draw.one_of<std::int64_t>({0, 1, 70, 150, draw.between(1, 40)})),
        dropout(draw.dropout()),
        x(draw.values<BFloat16>(rows * width)),
        a(draw.values<BFloat16>(rank * width)),
        d_low(draw.values<BFloat16>(rows * rank)),
        dropped(unwritten<BFloat16>(rows * width)) {
    CpuKernels().drop_rows(dropout, rows, width, x.data(), dropped.data());
  }

  std::string name() const {
    return std::to_string(rows) + " x " + std::to_string(width) + ", rank " + std::to_string(rank) + ", p " + std::to_string(dropout.p);
  }

  std::int64_t rank;
  std::int64_t width;
  std::int64_t rows;
  Dropout dropout;
  DeviceVector<BFloat16> x;
  DeviceVector<BFloat16> a;
  DeviceVector<BFloat16> d_low;
  DeviceVector<BFloat16> dropped;  // dropout(x) on the CPU
};

/// left [rows, inner] times right [inner, columns], by a matrix's element.
template <typename Left, typename Right>
std::vector<float> product(std::int64_t rows, std::int64_t inner, std::int64_t columns, const Left& left, const Right& right) {
  std::vector<float> out;
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) {
      double sum = 0;
      for (std::int64_t i = 0; i < inner; ++i) sum += left(row, i) * right(i, column);
      out.push_back(static_cast<float>(sum));
    }
  }
  return out;
}

template <typename T>
auto elements(const DeviceVector<T>& matrix, std::int64_t columns) {
  return [&matrix, columns](std::int64_t row, std::int64_t column) -> double {
    return to_float(matrix[static_cast<std::size_t>(row * columns + column)]);
  };
}

template <typename T>
auto transposed(const DeviceVector<T>& matrix, std::int64_t columns) {
  return [of = elements(matrix, columns)](std::int64_t row, std::int64_t column) { return of(column, row); };
}

TEST(CudaAdapter, ProjectsDroppedRows) {
  Draw draw(11);
  for (int i = 0; i < cases; ++i) {
    const Case c(draw);
    SCOPED_TRACE(c.name());
    auto expected = product(c.rows, c.width, c.rank, elements(c.dropped, c.width), transposed(c.a, c.width));
    for (float& value : expected) value *= 0.25F;
    auto actual = unwritten<BFloat16>(c.rows * c.rank);
    KernelsUnderTest()->adapter_forward(AdapterForward{.rows = c.rows,
                                                       .width = c.width,
                                                       .rank = c.rank,
                                                       .scale = 0.25F,
                                                       .dropout = c.dropout,
                                                       .x = c.x.data(),
                                                       .a = c.a.data(),
                                                       .low = actual.data()});
    expect_close(expected, actual, rounding<BFloat16>);
  }
}

TEST(CudaAdapter, HasTheGradientOfItsWeight) {
  Draw draw(12);
  for (int i = 0; i < cases; ++i) {
    const Case c(draw, 3000);  // the second stage has a block for 32 sums: slow on the emulator
    SCOPED_TRACE(c.name());
    auto expected = product(c.rank, c.rows, c.width, transposed(c.d_low, c.rank), elements(c.dropped, c.width));
    const bool adds = draw.toss();
    auto actual = adds ? draw.values<float>(c.rank * c.width) : unwritten<float>(c.rank * c.width);
    for (std::size_t e = 0; adds && e < expected.size(); ++e) expected[e] += actual[e];
    KernelsUnderTest()->adapter_a_gradient(AdapterWeightGradient{.rows = c.rows,
                                                                 .width = c.width,
                                                                 .rank = c.rank,
                                                                 .dropout = c.dropout,
                                                                 .x = c.x.data(),
                                                                 .d_low = c.d_low.data(),
                                                                 .adds = adds,
                                                                 .d_a = actual.data()});
    expect_close(expected, actual, 1e-5);
  }
}

TEST(CudaAdapter, AddsTheGradientOfItsInput) {
  Draw draw(13);
  for (int i = 0; i < cases; ++i) {
    const Case c(draw);
    SCOPED_TRACE(c.name());
    auto actual = draw.values<BFloat16>(c.rows * c.width);
    DeviceVector<float> expected(actual.size());
    const auto sums = product(c.rows, c.rank, c.width, elements(c.d_low, c.rank), elements(c.a, c.width));
    DeviceVector<float> d_dropped(sums.begin(), sums.end());
    for (std::size_t e = 0; e < expected.size(); ++e) expected[e] = to_float(actual[e]);
    CpuKernels().add_dropped_rows(c.dropout, c.rows, c.width, d_dropped.data(), expected.data());
    KernelsUnderTest()->adapter_input_gradient(AdapterInputGradient{.rows = c.rows,
                                                                    .width = c.width,
                                                                    .rank = c.rank,
                                                                    .dropout = c.dropout,
                                                                    .d_low = c.d_low.data(),
                                                                    .a = c.a.data(),
                                                                    .d_x = actual.data()});
    expect_close(expected, actual, rounding<BFloat16>);
  }
}

TEST(CudaAdapter, IsFusedUpToRank64InRowsOfWholeAccesses) {
  KernelsUnderTest kernels;
  const DeviceVector<BFloat16> a(4);
  EXPECT_TRUE(kernels->fuses_adapter(1, 4, a.data()));
  EXPECT_TRUE(kernels->fuses_adapter(64, 768, a.data()));
  EXPECT_FALSE(kernels->fuses_adapter(65, 768, a.data()));
  EXPECT_FALSE(kernels->fuses_adapter(8, 766, a.data()));
  EXPECT_FALSE(kernels->fuses_adapter(8, 768, a.data() + 1));
}

}  // namespace
}  // namespace agsweep
