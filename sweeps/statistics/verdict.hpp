#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum_words.hpp"
#include "sweeps/statistics/interval.hpp"

namespace agsweep {

enum class Outcome { supported, contradicted, undecided };
template <>
inline constexpr auto enum_words<Outcome> = std::to_array<std::string_view>({"supported", "contradicted", "undecided"});

/// What was measured for one claim.
struct Evidence {
  std::vector<double> margins;   // a seed's each: by how much the claim holds; negative where it does not
  std::optional<Interval> rows;  // of the mean margin over other samples of the rows; none where it is not known
  std::string unfit;             // why nothing can be decided whatever the figures say; empty: nothing
};

struct Verdict {
  Outcome outcome = Outcome::undecided;
  std::string missing;           // what an undecided one lacks
  std::optional<double> p;       // of the sign-flip test; none without margins
  std::optional<double> holm_p;  // adjusted over the claims
};

/// The rule, fixed before any figure is known: a claim is supported (contradicted) when the mean margin is above (below) 0, the exact
/// sign-flip test over the seeds has p < 0.05 after Holm's correction over all claims, and the interval over rows, where there is
/// one, excludes 0 on the same side. Anything else is undecided.
/// @param claims  of one family; each has at most most_sign_flips margins
/// @return in their order
std::vector<Verdict> judge(std::span<const Evidence> claims);

}  // namespace agsweep
