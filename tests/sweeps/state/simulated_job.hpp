#pragma once

#include <cstdint>

#include "sweeps/state/sweep_state.hpp"
#include "tests/sweeps/state/simulated_site.hpp"

namespace agsweep::testing_support {

enum class JobEnd { ended, stopped, failed };

struct SimulatedEnd {
  JobEnd how;
  bool unfinished;  // some complete trial has no last evaluation
  SweepState state;
};

/// One job, from its start to its end, on a model of the link and of the groups with their trainings.
/// @throws Violation; Killed or LockLost where it ends without a word; RunTimeError where it cannot begin
SimulatedEnd run_job(SimulatedWorld& world, std::int64_t groups, bool retry_failed);

}  // namespace agsweep::testing_support
