#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sweeps/statistics/interval.hpp"

namespace agsweep {

/// From so many values on a BCa interval stands beside Student's t: with fewer it is too narrow (tests/sweeps/statistics/coverage_test.cpp
/// prints by how much).
inline constexpr std::size_t fewest_for_bca = 10;

/// Means of samples drawn with replacement. A pure function of its arguments.
/// @param values  finite, at least one
std::vector<double> resampled_means(std::span<const double> values, std::size_t resamples, std::uint64_t seed);

/// The 95 % bias-corrected and accelerated bootstrap interval of the mean (Efron 1987, "Better bootstrap confidence intervals"), with
/// ties of the mean counted half and percentiles between resamples by linear interpolation, as scipy has them.
/// @param values  as above
/// @param means   of their resamples, at least one
/// @return a point where all values are equal
Interval bca_interval(std::span<const double> values, std::span<const double> means);

}  // namespace agsweep
