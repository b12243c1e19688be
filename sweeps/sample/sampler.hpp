#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "sweeps/space/parameter.hpp"
#include "sweeps/space/sweep_spec.hpp"

namespace agsweep {

/// What is known of an earlier trial when a new configuration is drawn.
struct Observation {
  Point point;
  std::int64_t epoch = 0;  // the last one that reported; 0: none yet
  double score = 0;        // its best so far, more is better; of epoch > 0
  bool complete = false;   // trained all its epochs
  bool failed = false;     // it tells nothing, but that its point is not worth another trial
};

/// Draws the configurations of a sweep. A pure function of the spec, the index and, for TPE, the history: nothing random is stateful.
class Sampler {
 public:
  virtual ~Sampler() = default;

  /// @param index    of the configuration, from 0, those of [[trial]] not counted
  /// @param history  trials begun so far, in the order of their numbers; only TPE looks at it
  virtual Point sample(std::int64_t index, std::span<const Observation> history) const = 0;
};

/// The sampler that the spec names.
std::unique_ptr<Sampler> make_sampler(const SweepSpec& spec);

/// A uniform draw on each parameter's scale, from Philox(seed, index).
Point random_point(const SearchSpace& space, std::uint64_t seed, std::int64_t index);

}  // namespace agsweep
