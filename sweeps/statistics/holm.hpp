#pragma once

#include <span>
#include <vector>

namespace agsweep {

/// Holm 1979, "A simple sequentially rejective multiple test procedure": p values adjusted so that each can be held against the level of
/// the whole family.
/// @param p  of independent or dependent tests, in [0, 1]
/// @return in the order of `p`, at most 1
std::vector<double> holm_adjusted(std::span<const double> p);

}  // namespace agsweep
