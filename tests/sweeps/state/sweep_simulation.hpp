#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "sweeps/state/sweep_state.hpp"

namespace agsweep::testing_support {

/// What is to be swept, and what its trials do: a function of configuration, seed and epoch alone, whoever trains them.
struct SimulatedSweep {
  SweepSpec spec;
  std::int64_t epochs = 4;
  std::int64_t workers = 4;
  bool deterministic = true;
  double failures = 0;      // the share of epochs that fail; half of them may be retried, and some succeed then
  double early_ends = 0;    // the share of trials that patience ends
  std::uint64_t model = 1;  // draws values, failures and early ends
};

/// How it runs.
struct SimulatedGroups {
  std::int64_t groups = 4;
  std::uint64_t speeds = 1;       // draws how long everything takes
  double crashes_per_commit = 0;  // each loses all memory, and often a part of the group of lines that was being written
};

/// All that lies on the disk at the end.
struct SimulatedDisk {
  std::string journal;
  std::map<std::int64_t, std::int64_t> checkpoints = {};  // by trial: epochs behind it
  std::set<std::int64_t> evaluated = {};                  // complete trials that had their last evaluation
  std::int64_t crashes = 0;
  std::int64_t leaves = 0;   // answers that sent a group away
  std::int64_t trained = 0;  // epochs, those trained again after a crash among them
};

/// Runs a sweep to its end by discrete events on a virtual clock, with groups that come and go as the Dispatcher tells them.
///
/// Fails the test where no event is left before the end, where a group has no trial though one could begin (not deterministic), and where a
/// group has a checkpoint more than an epoch beyond the journal.
/// @param disk  what an earlier process left there
SimulatedDisk simulate(const SimulatedSweep& sweep, const SimulatedGroups& groups, SimulatedDisk disk = {});

}  // namespace agsweep::testing_support
