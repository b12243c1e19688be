#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>  // std::iota

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "workers/gpt2/gpt2_checkpoint.hpp"

namespace agsweep {
namespace {

constexpr std::size_t patterns = 65536;

/// All 16-bit patterns in order, read as `dtype`.
std::vector<float> converted(const std::string& dtype) {
  std::vector<std::uint16_t> bits(patterns);
  std::iota(bits.begin(), bits.end(), std::uint16_t{0});
  std::vector<float> values(patterns);
  copy_as_fp32({"x", dtype, {patterns}, std::as_bytes(std::span(bits))}, values);
  return values;
}

/// What IEEE 754 says of a binary format, by arithmetic in double.
double reference(unsigned bits, int exponent_bits, int fraction_bits) {
  const double sign = bits >> 15 == 0 ? 1 : -1;
  const int bias = (1 << (exponent_bits - 1)) - 1;
  const int exponent = static_cast<int>(bits >> fraction_bits) & ((1 << exponent_bits) - 1);
  const double fraction = (bits & ((1U << fraction_bits) - 1)) / std::ldexp(1, fraction_bits);
  if (exponent == (1 << exponent_bits) - 1) {
    return fraction == 0 ? sign * std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  }
  return sign * (exponent == 0 ? std::ldexp(fraction, 1 - bias) : std::ldexp(1 + fraction, exponent - bias));
}

void expect_reference(const std::string& dtype, int exponent_bits, int fraction_bits) {
  const std::vector<float> values = converted(dtype);
  for (unsigned bits = 0; bits < patterns; ++bits) {
    const double expected = reference(bits, exponent_bits, fraction_bits);
    if (std::isnan(expected)) {
      ASSERT_TRUE(std::isnan(values[bits])) << bits;
    } else {
      ASSERT_EQ(values[bits], expected) << bits;
    }
    ASSERT_EQ(std::signbit(values[bits]), bits >> 15 == 1) << bits;
  }
}

TEST(CopyAsFp32, IsExactForEveryF16) { expect_reference("F16", 5, 10); }

TEST(CopyAsFp32, IsExactForEveryBf16) { expect_reference("BF16", 8, 7); }

TEST(CopyAsFp32, TakesUnalignedBytes) {
  const std::array<float, 2> values = {1.5F, -2.25F};
  const std::array<std::uint16_t, 2> halves = {0x3e00, 0xc080};  // the same
  std::array<std::byte, 9> bytes{};
  std::array<float, 2> to{};
  std::memcpy(bytes.data() + 1, values.data(), 8);
  copy_as_fp32({"x", "F32", {2}, std::span(bytes).subspan(1)}, to);
  EXPECT_EQ(to, values);
  std::memcpy(bytes.data() + 1, halves.data(), 4);
  copy_as_fp32({"x", "F16", {2}, std::span(bytes).subspan(1, 4)}, to);
  EXPECT_EQ(to, values);
}

TEST(CopyAsFp32, KeepsTheBitsOfF32) {
  const std::array<std::uint32_t, 3> bits = {0x80000000, 0x7f800001, 0x00000001};  // -0, a NaN, a subnormal
  std::array<float, 3> to{};
  copy_as_fp32({"x", "F32", {3}, std::as_bytes(std::span(bits))}, to);
  EXPECT_EQ(std::memcmp(to.data(), bits.data(), sizeof bits), 0);
}

TEST(AllFinite, FindsAnInfinityOrNoNumberInEachDtype) {
  const auto finite = [](const char* dtype, auto bits) {
    const std::array elements = {decltype(bits){1}, bits};
    return all_finite({"x", dtype, {2}, std::as_bytes(std::span(elements))});
  };
  EXPECT_TRUE(finite("F32", std::uint32_t{0xff7fffff}));
  EXPECT_FALSE(finite("F32", std::uint32_t{0x7f800000}));
  EXPECT_FALSE(finite("F32", std::uint32_t{0xffc00000}));
  EXPECT_TRUE(finite("F16", std::uint16_t{0xfbff}));
  EXPECT_FALSE(finite("F16", std::uint16_t{0xfc00}));
  EXPECT_FALSE(finite("F16", std::uint16_t{0x7c01}));
  EXPECT_TRUE(finite("BF16", std::uint16_t{0xff7f}));
  EXPECT_FALSE(finite("BF16", std::uint16_t{0x7f80}));
}

TEST(CopyAsFp32, RefusesOtherSizesAndDtypes) {
  const std::array<std::uint32_t, 2> bits{};
  std::array<float, 2> to{};
  EXPECT_THROW(copy_as_fp32({"x", "F32", {2}, std::as_bytes(std::span(bits))}, std::span(to).first(1)), std::invalid_argument);
  EXPECT_THROW(copy_as_fp32({"x", "I32", {2}, std::as_bytes(std::span(bits))}, to), DataError);
}

TEST(CopyAsFp32, TakesATensorWithoutElements) { copy_as_fp32({"x", "F32", {0}, {}}, {}); }

}  // namespace
}  // namespace agsweep
