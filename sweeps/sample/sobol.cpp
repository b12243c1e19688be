#include "sweeps/sample/sobol.hpp"

#include <algorithm>  // std::generate
#include <bit>        // std::popcount
#include <limits>

#include <boost/random/sobol.hpp>

#include "base/philox.hpp"  // PhiloxStream

namespace agsweep {

std::vector<std::uint32_t> sobol_digits(std::size_t dimensions, std::int64_t index) {
  std::vector<std::uint32_t> digits(dimensions, 0);
  if (index == 0) return digits;  // the origin, which Boost's sequence leaves out
  boost::random::sobol_engine<std::uint32_t, 32> engine(dimensions);
  engine.seed(static_cast<std::uint32_t>(index - 1));
  std::generate(digits.begin(), digits.end(), [&engine] { return engine(); });
  return digits;
}

ScrambledSobol::ScrambledSobol(std::size_t dimensions, std::uint64_t seed) : scrambles_(dimensions) {
  for (std::size_t i = 0; i < dimensions; ++i) {
    PhiloxStream stream(seed, i);
    constexpr std::uint32_t first_digit = std::uint32_t{1} << 31;
    for (unsigned k = 0; k < 32; ++k) {
      // Ones on the diagonal, random digits to the left of it: digit k depends on the digits before it, and the matrix is regular.
      const std::uint32_t diagonal = first_digit >> k;
      const std::uint32_t left = ~(std::numeric_limits<std::uint32_t>::max() >> k);
      scrambles_[i].rows.at(k) = diagonal | (stream.next_u32() & left);
    }
    scrambles_[i].shift = stream.next_u32();
  }
}

std::vector<double> ScrambledSobol::point(std::int64_t index) const {
  const std::vector<std::uint32_t> digits = sobol_digits(scrambles_.size(), index);
  std::vector<double> numbers;
  numbers.reserve(digits.size());
  for (std::size_t i = 0; i < digits.size(); ++i) {
    std::uint32_t scrambled = 0;
    for (const std::uint32_t row : scrambles_[i].rows) {
      scrambled = (scrambled << 1) | static_cast<std::uint32_t>(std::popcount(row & digits[i]) & 1);  // a product over GF(2)
    }
    numbers.push_back((scrambled ^ scrambles_[i].shift) * 0x1.0p-32);
  }
  return numbers;
}

}  // namespace agsweep
