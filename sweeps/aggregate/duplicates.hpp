#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sweeps/aggregate/trial_ref.hpp"

namespace agsweep {

/// A trial of a configuration and seed (config_hash and seed) that another trial has had too. It counts for nothing: a mean over seeds in
/// which a seed counts twice has too narrow an interval.
struct Duplicate {
  TrialRef counts;  // the one that got furthest: complete, then pruned, then the most epochs, then the first
  TrialRef copy;
  std::optional<std::int64_t> differs_at;  // the first epoch of both whose values are not the same double; none: all are
};

/// Failed trials, and those whose config_hash is not known yet, are nobody's duplicates.
/// @return by copy, ascending
std::vector<Duplicate> find_duplicates(std::span<const SweepResults> sweeps);

}  // namespace agsweep
