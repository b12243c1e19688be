#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace agsweep {

/// Point `index` of Sobol's sequence in its Gray-code order (Antonov & Saleev 1979), beginning with the origin; direction numbers of
/// Joe & Kuo 2008, "Constructing Sobol sequences with better two-dimensional projections".
/// @param dimensions  1 .. 3667
/// @param index       0 .. 2^32 - 1
/// @return [dimensions], each times 2^-32 a number in [0, 1)
std::vector<std::uint32_t> sobol_digits(std::size_t dimensions, std::int64_t index);

/// Sobol's sequence scrambled: Matousek 1998, "On the L2-discrepancy for anchored boxes", a random lower triangular matrix over the
/// digits of each dimension, then a random digital shift. It stays a (t, m, s)-net, each point is uniform over the seeds, and a point is
/// a function of seed and index.
class ScrambledSobol {
 public:
  ScrambledSobol(std::size_t dimensions, std::uint64_t seed);

  /// @param index  0 .. 2^32 - 1   @return [dimensions] numbers in [0, 1)
  std::vector<double> point(std::int64_t index) const;

 private:
  struct Scramble {
    std::array<std::uint32_t, 32> rows = {};  // of the matrix: row k gives digit k, counted from the most significant
    std::uint32_t shift = 0;
  };
  std::vector<Scramble> scrambles_;  // [dimensions]
};

}  // namespace agsweep
