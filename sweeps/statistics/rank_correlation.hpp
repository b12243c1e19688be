#pragma once

#include <optional>
#include <span>

namespace agsweep {

/// Spearman's rank correlation: Pearson's of the ranks, equal values sharing the mean of theirs.
/// @param first, second  paired by position, of one length, finite
/// @return in [-1, 1]; none for fewer than two pairs, or where all of a side are equal
std::optional<double> spearman(std::span<const double> first, std::span<const double> second);

/// Kendall's tau-b (Kendall 1945, "The treatment of ties in ranking problems"): concordant minus discordant pairs over the geometric mean
/// of the pairs untied in each. Takes time in proportion to the square of the length: a fraction of a second for 10,000.
/// @param first, second  as above
/// @return as above
std::optional<double> kendall_tau_b(std::span<const double> first, std::span<const double> second);

}  // namespace agsweep
