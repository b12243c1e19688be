#include <bit>      // std::bit_cast
#include <cstring>  // std::memcpy
#include <stdexcept>

#include "base/error.hpp"
#include "workers/gpt2/gpt2_checkpoint.hpp"
#include "workers/safetensors/header.hpp"  // dtype_bytes

namespace agsweep {

namespace {

float from_bf16(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

/// IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. By integers, so that no CPU needs F16C and no denormal mode matters.
float from_f16(std::uint16_t bits) {
  const std::uint32_t sign = (bits & 0x8000U) << 16;
  const std::uint32_t exponent = (bits >> 10) & 31U;
  const std::uint32_t fraction = bits & 1023U;
  if (exponent == 0) return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(static_cast<float>(fraction) * 0x1.0p-24F));
  const std::uint32_t wide = exponent == 31 ? 255U : exponent - 15 + 127;  // infinity and NaN keep theirs
  return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
}

template <float (*convert)(std::uint16_t)>
void convert_all(std::span<const std::byte> from, std::span<float> to) {
  for (std::size_t i = 0; i < to.size(); ++i) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, from.data() + 2 * i, sizeof bits);  // perhaps unaligned
    to[i] = convert(bits);
  }
}

/// An infinity and what is no number have an exponent of ones.
template <typename Bits>
bool none_has(Bits exponent, std::span<const std::byte> elements) {
  std::size_t found = 0;
  for (std::size_t i = 0; i < elements.size(); i += sizeof(Bits)) {
    Bits bits = 0;
    std::memcpy(&bits, elements.data() + i, sizeof bits);  // perhaps unaligned
    found += (bits & exponent) == exponent ? 1 : 0;
  }
  return found == 0;
}

[[noreturn]] void refuse_dtype(const TensorBytes& tensor) {
  throw DataError("{}: dtype {} is none of F32, F16, BF16", tensor.name, tensor.dtype);
}

}  // namespace

bool all_finite(const TensorBytes& tensor) {
  if (tensor.dtype == "F32") return none_has<std::uint32_t>(0x7F800000U, tensor.bytes);
  if (tensor.dtype == "F16") return none_has<std::uint16_t>(0x7C00U, tensor.bytes);
  if (tensor.dtype == "BF16") return none_has<std::uint16_t>(0x7F80U, tensor.bytes);
  refuse_dtype(tensor);
}

void copy_as_fp32(const TensorBytes& tensor, std::span<float> to) {
  if (tensor.bytes.size() != to.size() * dtype_bytes(tensor.dtype))
    throw std::invalid_argument("copy_as_fp32: " + tensor.name + " has another size");
  if (tensor.dtype == "F32") {
    if (!to.empty()) std::memcpy(to.data(), tensor.bytes.data(), to.size_bytes());
  } else if (tensor.dtype == "F16") {
    convert_all<from_f16>(tensor.bytes, to);
  } else if (tensor.dtype == "BF16") {
    convert_all<from_bf16>(tensor.bytes, to);
  } else {
    refuse_dtype(tensor);
  }
}

}  // namespace agsweep
