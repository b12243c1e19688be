#include "tests/workers/kernels/cuda/both_kernels.hpp"

namespace agsweep {
namespace {

template <typename Act>
class CudaRows : public testing::Test {};
using Acts = testing::Types<float, BFloat16>;
TYPED_TEST_SUITE(CudaRows, Acts);

TYPED_TEST(CudaRows, AreDroppedAsOnTheCpu) {
  Draw draw(1);
  for (int i = 0; i < random_cases; ++i) {
    const std::int64_t width = draw.width();
    const std::int64_t rows = draw.between(0, 20);
    const Dropout dropout = draw.dropout();
    const auto from = draw.values<TypeParam>(rows * width);
    auto expected = unwritten<TypeParam>(rows * width);
    auto actual = expected;
    CpuKernels().drop_rows(dropout, rows, width, from.data(), expected.data());
    KernelsUnderTest()->drop_rows(dropout, rows, width, from.data(), actual.data());
    for (std::size_t e = 0; e < expected.size(); ++e) ASSERT_EQ(to_float(expected[e]), to_float(actual[e]));  // to the bit
  }
}

TYPED_TEST(CudaRows, AreAddedAsOnTheCpu) {
  Draw draw(2);
  for (int i = 0; i < random_cases; ++i) {
    const std::int64_t width = draw.width();
    const std::int64_t rows = draw.between(0, 20);
    const Dropout dropout = draw.dropout();
    const auto from = draw.values<TypeParam>(rows * width);
    auto expected = draw.values<TypeParam>(rows * width);
    auto actual = expected;
    CpuKernels().add_dropped_rows(dropout, rows, width, from.data(), expected.data());
    KernelsUnderTest()->add_dropped_rows(dropout, rows, width, from.data(), actual.data());
    expect_close(expected, actual, sizeof(TypeParam) == 2 ? 4e-3 : 1e-6);
  }
}

TYPED_TEST(CudaRows, HaveTheCpusColumnSums) {
  Draw draw(3);
  for (int i = 0; i < random_cases; ++i) {
    const std::int64_t columns = draw.one_of<std::int64_t>({1, 2, 8, 100, 192, 193, 256, 768, draw.between(1, 600)});
    const std::int64_t rows = draw.one_of<std::int64_t>({0, 1, 15, 33, 200, draw.between(1, 300)});
    SCOPED_TRACE(testing::Message() << rows << " x " << columns);
    const auto matrix = draw.values<TypeParam>(rows * columns);
    auto expected = unwritten<float>(columns);
    auto actual = expected;
    CpuKernels().column_sums(matrix.data(), rows, columns, expected.data());
    KernelsUnderTest()->column_sums(matrix.data(), rows, columns, actual.data());
    expect_close(expected, actual, 1e-5);
  }
}

TYPED_TEST(CudaRows, HaveColumnSumsWithManyBlocks) {
  Draw draw(4);
  const auto matrix = draw.values<TypeParam>(2000 * 3);
  DeviceVector<float> expected(3);
  DeviceVector<float> actual(3);
  CpuKernels().column_sums(matrix.data(), 2000, 3, expected.data());
  KernelsUnderTest()->column_sums(matrix.data(), 2000, 3, actual.data());
  expect_close(expected, actual, 1e-5);
}

TEST(CudaTreeSum, AddsToTheBit) {
  Draw draw(5);
  for (const std::int64_t count : {0, 1, 3, 4, 1023, 1024, 5001}) {
    const auto other = draw.values<float>(count + 1);
    auto into = draw.values<float>(count + 1);
    const auto before = into;
    const std::int64_t shift = draw.between(0, 1);  // of an address that is not a multiple of 16 bytes
    KernelsUnderTest()->add(into.data() + shift, other.data() + shift, count);
    for (std::size_t i = 0; i < into.size(); ++i) {
      const bool added = static_cast<std::int64_t>(i) >= shift && static_cast<std::int64_t>(i) < shift + count;
      ASSERT_EQ(into[i], added ? before[i] + other[i] : before[i]);
    }
  }
}

}  // namespace
}  // namespace agsweep
