#pragma once

#include <cstdint>

namespace agsweep {

/// The word that each step's reduction carries; the maximum over the ranks counts.
enum class StepStatus : std::int64_t {
  go_on = 0,
  stop = 1,    // a signal asked for a checkpoint
  failed = 2,  // a shard threw: its rank still takes part, so that the group leaves the step together
};

}  // namespace agsweep
