#pragma once

#include <cstddef>
#include <span>

namespace agsweep {

/// The most differences whose signs are all tried: a million.
inline constexpr std::size_t most_sign_flips = 20;

/// The exact sign-flip test (Fisher's randomisation test for pairs) of a mean difference of 0: the share of all 2^n choices of signs whose
/// sum is at least as far from 0 as the one observed. Two-sided; its smallest value is 2 / 2^n.
/// @param differences  finite, 1 to most_sign_flips
/// @return in (0, 1]; 1 where all are 0
double sign_flip_p(std::span<const double> differences);

/// The fewest pairs with which one of `tests` tests can fall below 0.05 after Holm's correction: the smallest n with
/// tests * 2 / 2^n < 0.05. 6 for one test, 9 for nine. @param tests  at least 1
std::size_t pairs_needed(std::size_t tests);

}  // namespace agsweep
