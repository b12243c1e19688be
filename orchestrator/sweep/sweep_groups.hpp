#pragma once

#include <cstdint>
#include <vector>

#include "orchestrator/world/world.hpp"

namespace agsweep {

/// How a job's ranks share a sweep's trials: groups of ranks, or several groups (threads) in each rank.
struct SweepGroups {
  int ranks_per_group = 1;
  int groups_per_rank = 1;
  std::vector<int> group_of;  // by rank: its (first) group
  std::vector<int> leaders;   // by group: the rank that speaks for it

  /// The ranks whose (first) group this is, ascending.
  std::vector<int> members(int group) const;
};

/// Groups of neighbours: ranks in the order of their nodes, so that a group spans as few as it can.
/// @throws UsageError where the ranks cannot be shared out so, with both numbers
SweepGroups make_groups(const World& world, std::int64_t ranks_per_trial, std::int64_t trials_per_rank);

/// The ranks of one group, as a world of their own.
World part_of(const World& world, const SweepGroups& groups, int group);

}  // namespace agsweep
