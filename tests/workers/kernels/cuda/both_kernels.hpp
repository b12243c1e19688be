#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/philox.hpp"
#include "tests/support/kernels_under_test.hpp"
#include "workers/kernels/cpu/cpu_kernels.hpp"
#include "workers/kernels/cpu/simd.hpp"  // to_float, assign

namespace agsweep {

#ifdef __SANITIZE_ADDRESS__
inline constexpr int random_cases = 6;
#else
inline constexpr int random_cases = 24;
#endif

/// Draws shapes and values; each test's own sequence.
class Draw {
 public:
  explicit Draw(std::uint64_t test) : random_(test, 0) { begin_orders(test); }

  std::int64_t between(std::int64_t least, std::int64_t most) {
    return least + random_.below(static_cast<std::uint32_t>(most - least + 1));
  }
  bool toss() { return random_.below(2) == 0; }
  template <typename T>
  T one_of(std::initializer_list<T> choices) {
    return *(choices.begin() + random_.below(static_cast<std::uint32_t>(choices.size())));
  }
  std::int64_t width() { return one_of<std::int64_t>({1, 2, 6, 64, 100, 192, 193, 256, 320, 768, 1001, 1600, between(1, 1600)}); }

  /// In [-1, 1), rounded to what T holds.
  template <typename T>
  DeviceVector<T> values(std::int64_t count) {
    DeviceVector<T> drawn(static_cast<std::size_t>(count));
    for (T& value : drawn) assign(value, static_cast<float>(2 * random_.next_unit() - 1));
    return drawn;
  }
  DeviceVector<std::int32_t> indices(std::int64_t count, std::int64_t below) {
    DeviceVector<std::int32_t> drawn(static_cast<std::size_t>(count));
    for (auto& value : drawn) value = static_cast<std::int32_t>(random_.below(static_cast<std::uint32_t>(below)));
    return drawn;
  }
  /// Offsets of packed sequences, some of them empty.
  DeviceVector<std::int32_t> offsets(std::int64_t sequences, std::int64_t longest) {
    DeviceVector<std::int32_t> drawn{0};
    for (std::int64_t i = 0; i < sequences; ++i) drawn.push_back(drawn.back() + static_cast<std::int32_t>(between(0, longest)));
    return drawn;
  }
  Dropout dropout() { return {.p = one_of({0.0F, 0.1F, 0.5F}), .site = random_.next_u32() % 100, .stream = stream_.data()}; }

 private:
  PhiloxStream random_;
  DeviceVector<DropoutStream> stream_{{.seed = 0x123456789ABC, .step = 17, .shard = 3}};
};

/// An output that is not written stays NaN.
template <typename T>
DeviceVector<T> unwritten(std::int64_t count) {
  DeviceVector<T> values(static_cast<std::size_t>(count));
  for (T& value : values) assign(value, std::numeric_limits<float>::quiet_NaN());
  return values;
}

/// Rounding of a result in T.
template <typename T>
constexpr double rounding = sizeof(T) == 2 ? 8e-3 : 1e-5;

/// Every element within `tolerance` of the largest.
template <typename Expected, typename Actual>
void expect_close(const Expected& expected, const Actual& actual, double tolerance) {
  ASSERT_EQ(expected.size(), actual.size());
  double largest = 0;
  for (const auto value : expected) largest = std::max(largest, static_cast<double>(std::fabs(to_float(value))));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double difference = std::fabs(static_cast<double>(to_float(expected[i])) - to_float(actual[i]));
    ASSERT_LE(difference, tolerance * std::max(largest, 1e-3)) << "at " << i << " of " << expected.size();
  }
}

/// What dropout made zero is zero in both.
template <typename Vector>
void expect_same_zeros(const Vector& expected, const Vector& actual) {
  for (std::size_t i = 0; i < expected.size(); ++i) ASSERT_EQ(to_float(expected[i]) == 0, to_float(actual[i]) == 0) << "at " << i;
}

}  // namespace agsweep
